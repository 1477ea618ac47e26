import Digests
import DurableFiles

/// A part of a mapped file whose contents are examined once: the results are kept in an index.
package struct MappedContent: Sendable {
  /// The file and the array in it: `/data/mine.npz: array 'x_train'`.
  private let place: String
  private let file: MappedFile
  private let index: FileIndex
  /// Called with the progress of an examination.
  private let progress: @Sendable (String) -> Void

  /// The size from which results are kept: less is read again in a moment.
  package static let smallest = 32 << 20
  /// The size from which progress is shown.
  private static let slow = 1 << 30

  /// - Parameters:
  ///   - part: the array in the file; empty for the whole file.
  ///   - byteCount: the size of the part.
  /// - Returns: nil for a small part.
  package init?(of file: MappedFile, part: String, byteCount: Int, _ context: DatasetContext) {
    guard byteCount >= Self.smallest else { return nil }
    self.init(of: file, part: part, index: context.fileIndex, progress: context.progress)
  }

  init(of file: MappedFile, part: String, index: FileIndex, progress: @escaping @Sendable (String) -> Void) {
    place = "\(FileStamp.absolutePath(file.path)): \(part)"
    self.file = file
    self.index = index
    self.progress = progress
  }

  /// A result of an examination.
  ///
  /// - Parameters:
  ///   - what: the name of the result, with everything it depends on besides the contents of the file.
  ///   - compute: reads the contents, calling its argument with the bytes read so far and their total.
  package func result(
    _ what: String, compute: ((_ done: Int, _ total: Int) -> Void) throws -> String
  ) rethrows -> String {
    let key = "\(place)\n\(file.stamp)\n\(what)"
    if file.hasTellingStamp, let known = index[key] { return known }
    var shown = -1
    let result = try compute { done, total in
      guard total >= Self.slow, done * 100 / total != shown else { return }
      shown = done * 100 / total
      progress("examining \(file.path): \(shown) % of \((total + (1 << 29)) >> 30) GB, once")
    }
    if shown >= 0 { progress("") }
    // A file that was written to meanwhile has no contents to remember.
    if file.hasTellingStamp, FileStamp(path: file.path) == file.stamp { index.record([(key, result)]) }
    return result
  }
}

extension MappedFile {
  /// A text that is another one for other contents: the stamp, or SHA-256 of the contents if these may change without it.
  var contentsIdentity: String {
    guard !hasTellingStamp else { return "\(stamp)" }
    var hash = SHA256()
    hash.update(bytes)
    return "sha256 \(hash.finalize().hexadecimal)"
  }

  /// Whether the file has the same contents as when it was mapped.
  ///
  /// - Parameter contents: their identity at that time.
  func isUnchanged(since contents: String) -> Bool {
    FileStamp(path: path) == stamp && contentsIdentity == contents
  }
}
