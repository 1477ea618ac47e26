import Foundation
import FoundationNetworking
import Synchronization

/// Why one server did not give a file.
struct DownloadFailure: Error {
  let reason: String
}

/// Receives one address, and waits for it: as long as its limits allow, whatever the server does.
final class DownloadReceiver: NSObject, URLSessionDataDelegate, Sendable {
  private struct State {
    var bytes: [UInt8] = []
    /// What the server announced.
    var total: Int?
    var redirections = 0
    var result: Result<[UInt8], DownloadFailure>?
  }

  /// As many as curl follows.
  private static let redirectionLimit = 30

  private let limits: DownloadLimits
  /// More bytes than any good answer has.
  private let byteLimit: Int
  private let state = Mutex(State())
  private let changed = DispatchSemaphore(value: 0)
  private let progress: @Sendable (_ received: Int, _ total: Int?) -> Void

  init(
    limits: DownloadLimits, byteLimit: Int, progress: @escaping @Sendable (_ received: Int, _ total: Int?) -> Void
  ) {
    self.limits = limits
    self.byteLimit = byteLimit
    self.progress = progress
  }

  /// - Throws: `DownloadFailure`.
  func receive(_ url: URL) throws -> [UInt8] {
    let configuration = URLSessionConfiguration.ephemeral
    // The limits decide, and say why.
    configuration.timeoutIntervalForRequest = 2 * limits.deadline + 60
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    // A session that is stuck is left to itself.
    defer { session.invalidateAndCancel() }
    session.dataTask(with: url).resume()
    let (clock, started) = (ContinuousClock(), ContinuousClock.now)
    var pace = DownloadPace(limits)
    while true {
      let elapsed = (clock.now - started) / .seconds(1)
      if let result = state.withLock({ $0.result }) { return try result.get() }
      let received = state.withLock { $0.bytes.count }
      if let reason = pace.failure(bytes: received, after: elapsed) { end(.failure(DownloadFailure(reason: reason))) }
      _ = changed.wait(timeout: .now() + max(pace.nextCheck - elapsed, 0.001))
    }
  }

  /// The first result is that of the download; what comes later is not kept.
  private func end(_ result: Result<[UInt8], DownloadFailure>) {
    state.withLock { state in
      guard state.result == nil else { return }
      state.result = result
      state.bytes = []
    }
    changed.signal()
  }

  private func fail(_ reason: String) { end(.failure(DownloadFailure(reason: reason))) }

  // MARK: - What the session reports

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    let length = response.expectedContentLength
    if [401, 407].contains(status) {
      fail("the server asks for a password (\(status))")
    } else if status != 200 {
      fail("the server answered \(status)")
    } else if length > byteLimit {
      fail("the server announces \(length) bytes, more than the \(byteLimit) that the file can have")
    }
    // What was packed for the way has the length of the packed bytes.
    let isPacked = (response as? HTTPURLResponse)?.value(forHTTPHeaderField: "Content-Encoding") != nil
    let isWanted = state.withLock { state in
      state.total = length > 0 && !isPacked ? Int(length) : nil
      return state.result == nil
    }
    completionHandler(isWanted ? .allow : .cancel)
  }

  /// A server that wants a password has not the published file. Without an answer here, the session waits for one.
  func urlSession(
    _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
    completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
  ) {
    fail("the server asks for a password (\((task.response as? HTTPURLResponse)?.statusCode ?? 401))")
    completionHandler(.cancelAuthenticationChallenge, nil)
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
  ) {
    let count = state.withLock { state in
      state.redirections += 1
      return state.redirections
    }
    let target = request.url?.absoluteString ?? "nowhere"
    if !["http", "https"].contains(request.url?.scheme) {
      fail("the server redirects to \(target), which is not an http or https address")
    } else if count > Self.redirectionLimit {
      fail("the server redirects again and again, last to \(target)")
    } else {
      return completionHandler(request)
    }
    completionHandler(nil)
    task.cancel()
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let counts = state.withLock { state -> (received: Int, total: Int?)? in
      guard state.result == nil else { return nil }
      state.bytes.append(contentsOf: data.prefix(byteLimit + 1 - state.bytes.count))
      return (state.bytes.count, state.total)
    }
    guard let counts else { return dataTask.cancel() }
    if counts.received > byteLimit {
      fail("it does not end after \(byteLimit) bytes, which is more than the file can have")
      return dataTask.cancel()
    }
    progress(counts.received, counts.total)
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    let (bytes, total) = state.withLock { ($0.bytes, $0.total) }
    if let error = error as? URLError, error.code == .httpTooManyRedirects {
      fail("the server redirects again and again, or to an address that is not http or https")
    } else if let error {
      fail(error.localizedDescription)
    } else if let total, bytes.count < total {
      fail("the connection ended after \(bytes.count) of \(total) bytes")
    } else {
      end(.success(bytes))
    }
  }

}
