import Crypto
import DurableFiles
import Foundation
import FoundationNetworking
import Synchronization

/// Fetches published files into a directory: written beside, checked, synced, renamed.
struct DatasetDownload {
  let dataset: String
  let directory: String
  /// The servers, in the order in which they are tried.
  let mirrors: [String]
  let progress: @Sendable (String) -> Void

  /// Fetches one file, unless it is there and good.
  ///
  /// - Returns: its path.
  /// - Throws: `DatasetError` or `FileError`.
  func fetch(_ file: PublishedFile) throws -> String {
    if let path = file.path(in: directory), try file.isGood(path) { return path }
    defer { progress("") }
    var reasons: [String] = []
    for mirror in mirrors {
      let address = "\(mirror)\(mirror.hasSuffix("/") ? "" : "/")\(file.name).gz"
      do {
        let packed = try receive(address, name: file.name)
        try check(packed, file: file, address: address)
        let path = try save(packed, as: "\(file.name).gz")
        // A plain one would be taken first, and is damaged.
        unlink("\(directory)/\(file.name)")
        return path
      } catch let failure as DownloadFailure {
        reasons.append("\(address): \(failure.reason)")
      }
    }
    throw DatasetError.unavailable(dataset: dataset, directory: directory, urls: mirrors, reasons: reasons)
  }

  private func receive(_ address: String, name: String) throws -> [UInt8] {
    guard let url = URL(string: address), ["http", "https"].contains(url.scheme) else {
      throw DownloadFailure(reason: "not an http or https address")
    }
    let receiver = DownloadReceiver { received, total in
      let part = total.map { " of \(Self.megabytes($0))" } ?? ""
      progress("Fetching \(name): \(Self.megabytes(received))\(part) MB")
    }
    return try receiver.receive(url)
  }

  private static func megabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e5).rounded() / 10)" }

  private func check(_ packed: [UInt8], file: PublishedFile, address: String) throws {
    let content: [UInt8]
    do {
      content = try GzipReader.unpackAll(packed, path: address, atMost: file.size)
    } catch DatasetError.damaged(_, let reason) {
      throw DownloadFailure(reason: "what came is damaged: \(reason)")
    }
    let digest = SHA256.hash(data: content).hexadecimal
    guard digest == file.sha256 else {
      throw DownloadFailure(reason: "what came has the SHA-256 \(digest), expected \(file.sha256)")
    }
  }

  private func save(_ bytes: [UInt8], as name: String) throws -> String {
    let path = "\(directory)/\(name)"
    try WholeFile.createDirectory(directory)
    try WholeFile.write(bytes, to: path)
    return path
  }
}

/// Why one server did not give a file.
private struct DownloadFailure: Error {
  let reason: String
}

/// Receives one address, and waits for it.
private final class DownloadReceiver: NSObject, URLSessionDataDelegate, Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var total: Int?
    var result: Result<[UInt8], DownloadFailure>?
  }

  /// Seconds without a byte after which a server is given up.
  private static let patience: TimeInterval = 30
  /// No published file of ours is larger.
  private static let largest = 1 << 30

  private let state = Mutex(State())
  private let finished = DispatchSemaphore(value: 0)
  private let progress: @Sendable (_ received: Int, _ total: Int?) -> Void

  init(progress: @escaping @Sendable (_ received: Int, _ total: Int?) -> Void) { self.progress = progress }

  func receive(_ url: URL) throws -> [UInt8] {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = Self.patience
    let session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    session.dataTask(with: url).resume()
    finished.wait()
    return try state.withLock { try ($0.result ?? .failure(DownloadFailure(reason: "no answer"))).get() }
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    let length = response.expectedContentLength
    state.withLock {
      $0.total = length > 0 ? Int(length) : nil
      if status != 200 { $0.result = .failure(DownloadFailure(reason: "the server answered \(status)")) }
    }
    completionHandler(status == 200 ? .allow : .cancel)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let (received, total) = state.withLock { state in
      state.bytes.append(contentsOf: data)
      return (state.bytes.count, state.total)
    }
    if received > Self.largest { dataTask.cancel() }
    progress(received, total)
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    state.withLock { state in
      if state.result == nil {
        if let error {
          state.result = .failure(DownloadFailure(reason: error.localizedDescription))
        } else if let total = state.total, state.bytes.count != total {
          let reason = "the connection ended after \(state.bytes.count) of \(total) bytes"
          state.result = .failure(DownloadFailure(reason: reason))
        } else {
          state.result = .success(state.bytes)
        }
      }
      state.bytes = []
    }
    finished.signal()
  }
}
