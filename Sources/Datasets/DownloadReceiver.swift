import Foundation
import FoundationNetworking
import Synchronization

/// Downloads one URL synchronously, within its limits, whatever the server does.
final class DownloadReceiver: NSObject, URLSessionDataDelegate, Sendable {
  private struct State {
    var bytes: [UInt8] = []
    /// The announced length in bytes.
    var total: Int?
    var redirections = 0
    var result: Result<[UInt8], DownloadFailure>?
  }

  /// The maximum number of redirects, as in curl.
  private static let redirectionLimit = 30

  private let limits: DownloadLimits
  /// The maximum number of bytes of a valid response.
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
    // Aborts are decided by the limits, which give the reason.
    configuration.timeoutIntervalForRequest = 2 * limits.deadline + 60
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    // A session that does not finish is abandoned.
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

  /// Sets the result; later ones are ignored.
  private func end(_ result: Result<[UInt8], DownloadFailure>) {
    state.withLock { state in
      guard state.result == nil else { return }
      state.result = result
      state.bytes = []
    }
    changed.signal()
  }

  private func fail(_ reason: String) { end(.failure(DownloadFailure(reason: reason))) }

  // MARK: - Session callbacks

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    let length = response.expectedContentLength
    if [401, 407].contains(status) {
      fail("the server requires a password (\(status))")
    } else if status != 200 {
      fail("the server answered \(status)")
    } else if length > byteLimit {
      fail("the server announced \(length) bytes, more than the maximum of \(byteLimit)")
    }
    // With a Content-Encoding the length is that of the encoded bytes.
    let isPacked = (response as? HTTPURLResponse)?.value(forHTTPHeaderField: "Content-Encoding") != nil
    let isWanted = state.withLock { state in
      state.total = length > 0 && !isPacked ? Int(length) : nil
      return state.result == nil
    }
    completionHandler(isWanted ? .allow : .cancel)
  }

  /// Rejects authentication: a server that requires a password does not have the published file.
  func urlSession(
    _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
    completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
  ) {
    fail("the server requires a password (\((task.response as? HTTPURLResponse)?.statusCode ?? 401))")
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
      fail("the server redirected to \(target), which is not an http or https URL")
    } else if count > Self.redirectionLimit {
      fail("the server redirected too often, last to \(target)")
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
      fail("received more than the maximum of \(byteLimit) bytes")
      return dataTask.cancel()
    }
    progress(counts.received, counts.total)
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    let (bytes, total) = state.withLock { ($0.bytes, $0.total) }
    if let error = error as? URLError, error.code == .httpTooManyRedirects {
      fail("the server redirected too often, or to a URL that is not http or https")
    } else if let error {
      fail(error.localizedDescription)
    } else if let total, bytes.count < total {
      fail("the connection was closed after \(bytes.count) of \(total) bytes")
    } else {
      end(.success(bytes))
    }
  }

}
