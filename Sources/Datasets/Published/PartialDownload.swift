import DurableFiles
import Glibc

/// A download in progress: the bytes received so far in `NAME.part`, and their source in `NAME.part.source`.
///
/// Both survive the process, so that a later one requests only the rest. What was received is verified when it is
/// complete, so that neither has to be trusted.
final class PartialDownload: @unchecked Sendable {
  // Sendable: used by one thread at a time: the session's queue is serial, and the caller waits for it.
  private let file: GrowingFile
  private let sourcePath: String
  /// The source of the bytes; nil if the rest cannot be requested.
  private(set) var source: DownloadSource?
  /// Whether the rest of an earlier response was requested.
  private(set) var isResumed = false

  var path: String { file.path }
  var count: Int { file.count }

  /// - Parameters:
  ///   - path: of the complete file.
  ///   - wait: called before waiting for another process that downloads the same file.
  /// - Throws: `FileError`.
  init(of path: String, wait: () -> Void) throws {
    file = try GrowingFile(path: "\(path).part", wait: wait)
    sourcePath = "\(path).part.source"
    source = AtomicFile.start(of: sourcePath, count: 16_384)
      .flatMap { DownloadSource(text: String(decoding: $0, as: UTF8.self)) }
    if source == nil { try file.clear() }
  }

  /// Removes the received bytes before others are received.
  ///
  /// - Parameter source: nil if the rest could not be requested.
  /// - Throws: `FileError`.
  func restart(from source: DownloadSource?) throws {
    // In this order: bytes without a source, or of another one, are never resumed.
    try file.clear()
    isResumed = false
    unlink(sourcePath)
    if let source { try AtomicFile.write(Array(source.text.utf8), to: sourcePath) }
    self.source = source
  }

  /// - Throws: `FileError`.
  func append(_ bytes: [UInt8]) throws { try file.append(bytes) }

  /// Notes that the rest is requested.
  func resume() { isResumed = true }

  /// Makes the bytes a complete file at `path`.
  ///
  /// - Throws: `FileError`.
  func move(to path: String) throws {
    try file.move(to: path)
    unlink(sourcePath)
  }

  /// Gives the files to another process.
  func close() { file.close() }

  /// Removes the bytes and their source.
  func remove() {
    unlink(sourcePath)
    file.remove()
  }

  /// Removes the files if a later process could not resume from them.
  func removeUnusable() { if source == nil || file.count == 0 { remove() } }
}
