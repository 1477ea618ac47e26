import DurableFiles
import Foundation
import FoundationNetworking
import Synchronization

/// Downloads one URL synchronously into a partial download, within its limits, whatever the server does.
final class DownloadReceiver: NSObject, URLSessionDataDelegate, Sendable {
  private struct State {
    var redirections = 0
    var result: Result<Void, any Error>?
  }

  /// The maximum number of redirects, as in curl.
  private static let redirectionLimit = 30

  private let limits: DownloadLimits
  /// The maximum number of bytes of a valid file.
  private let byteLimit: Int
  private let partial: PartialDownload
  private let state = Mutex(State())
  private let received: Mutex<Int>
  private let changed = DispatchSemaphore(value: 0)
  private let progress: @Sendable (_ received: Int, _ total: Int?) -> Void

  init(
    limits: DownloadLimits, byteLimit: Int, partial: PartialDownload,
    progress: @escaping @Sendable (_ received: Int, _ total: Int?) -> Void
  ) {
    self.limits = limits
    self.byteLimit = byteLimit
    self.partial = partial
    received = Mutex(0)
    self.progress = progress
  }

  /// Receives the file, or the rest of it if the partial download has bytes of this URL.
  ///
  /// - Throws: `DownloadFailure`, or `FileError` if the bytes cannot be written.
  func receive(_ url: URL) throws {
    let configuration = URLSessionConfiguration.ephemeral
    // Aborts are decided by the limits, which give the reason.
    configuration.timeoutIntervalForRequest = 2 * limits.deadline + 60
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = 1
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: queue)
    session.dataTask(with: request(url)).resume()
    defer {
      // A session that does not finish is abandoned; a callback in progress ends before the partial download is used.
      session.invalidateAndCancel()
      state.withLock { _ in }
    }
    let (clock, started) = (ContinuousClock(), ContinuousClock.now)
    var pace = DownloadPace(limits)
    while true {
      let elapsed = (clock.now - started) / .seconds(1)
      if let result = state.withLock({ $0.result }) { return try result.get() }
      let count = received.withLock { $0 }
      if let reason = pace.failure(bytes: count, after: elapsed) { fail(reason) }
      _ = changed.wait(timeout: .now() + max(pace.nextCheck - elapsed, 0.001))
    }
  }

  /// The request for the file, or for the rest of the version of which bytes were received.
  private func request(_ url: URL) -> URLRequest {
    var request = URLRequest(url: url)
    guard let source = partial.source, source.url == url.absoluteString, partial.count > 0 else { return request }
    partial.resume()
    request.setValue("bytes=\(partial.count)-", forHTTPHeaderField: "Range")
    request.setValue(source.validator, forHTTPHeaderField: "If-Range")
    // Positions are those of the file, not of an encoding of it.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    return request
  }

  /// Sets the result; later ones are ignored.
  private func end(_ result: Result<Void, any Error>) {
    state.withLock { state in if state.result == nil { state.result = result } }
    changed.signal()
  }

  private func fail(_ reason: String) { end(.failure(DownloadFailure(reason: reason))) }

  // MARK: - Session callbacks

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let answer = DownloadAnswer(response)
    switch answer.status {
    case 401, 407: fail("the server requires a password (\(answer.status))")
    case 200: accept { try start(answer, of: dataTask.originalRequest?.url) }
    case 206: accept { try resume(answer) }
    case 416: accept { try finish(answer) }
    default: fail("the server answered \(answer.status)")
    }
    completionHandler(state.withLock { $0.result == nil } ? .allow : .cancel)
  }

  /// Runs `body` unless the download has ended; its error ends it.
  private func accept(_ body: () throws -> Result<Void, any Error>?) {
    state.withLock { state in
      guard state.result == nil else { return }
      do {
        state.result = try body()
      } catch {
        state.result = .failure(error)
      }
    }
    changed.signal()
  }

  /// The whole file follows: it may have changed, or the server sends no parts of files.
  private func start(_ answer: DownloadAnswer, of url: URL?) throws -> Result<Void, any Error>? {
    if let length = answer.length, length > byteLimit {
      throw DownloadFailure(
        reason: "the server announced \(length) bytes, more than the maximum of \(byteLimit)")
    }
    try partial.restart(
      from: answer.isEncoded
        ? nil : DownloadSource(url: url?.absoluteString ?? "", validator: answer.validator, total: answer.length))
    return nil
  }

  /// The requested rest follows, or something else.
  private func resume(_ answer: DownloadAnswer) throws -> Result<Void, any Error>? {
    guard let source = partial.source, let range = answer.range, range.first == partial.count, !answer.isEncoded,
      answer.validator == nil || answer.validator == source.validator || answer.isDated(source.validator),
      source.total == nil || range.total == nil || source.total == range.total
    else {
      throw DownloadFailure(reason: "the server sent another part of the file than the requested one", isLost: true)
    }
    if let total = range.total, total > byteLimit {
      throw DownloadFailure(
        reason: "the server announced \(total) bytes, more than the maximum of \(byteLimit)", isLost: true)
    }
    return nil
  }

  /// There is no rest: all bytes were received, or the file has become shorter.
  private func finish(_ answer: DownloadAnswer) throws -> Result<Void, any Error>? {
    guard partial.count > 0, let total = answer.range?.total ?? partial.source?.total, total == partial.count else {
      throw DownloadFailure(reason: "the server answered 416: the file has changed", isLost: true)
    }
    return .success(())
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
    var counts: (received: Int, total: Int?)?
    accept {
      guard partial.count + data.count <= byteLimit else {
        throw DownloadFailure(reason: "received more than the maximum of \(byteLimit) bytes", isLost: true)
      }
      try partial.append([UInt8](data))
      counts = (partial.count, total(of: dataTask))
      return nil
    }
    guard let counts else { return dataTask.cancel() }
    received.withLock { $0 += data.count }
    progress(counts.received, counts.total)
  }

  /// The size of the whole file in bytes; nil if unknown.
  private func total(of task: URLSessionTask) -> Int? {
    if let total = partial.source?.total { return total }
    return task.response.map(DownloadAnswer.init).flatMap { $0.status == 200 ? $0.length : nil }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    accept {
      if let error = error as? URLError, error.code == .httpTooManyRedirects {
        throw DownloadFailure(reason: "the server redirected too often, or to a URL that is not http or https")
      }
      if let error { throw DownloadFailure(reason: error.localizedDescription) }
      if let total = total(of: task), partial.count < total {
        throw DownloadFailure(reason: "the connection was closed after \(partial.count) of \(total) bytes")
      }
      return .success(())
    }
  }
}
