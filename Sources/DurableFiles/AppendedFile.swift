import Glibc

/// A text file that grows by whole lines, each of them out of the process's hands when `append` returns.
public final class AppendedFile: Sendable {
  public let path: String
  private let descriptor: Int32

  /// Opens the file, or creates it.
  ///
  /// - Throws: `FileError`.
  public init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .create) }
  }

  deinit { close(descriptor) }

  /// Whether the open file is still the one that its path names.
  public var isInPlace: Bool { WholeFile.isSame(descriptor, path) }

  /// Writes `text` at the end.
  ///
  /// - Throws: `FileError`, also if the file was removed or replaced: what is written to it then, nobody finds. Nothing of
  ///   the text is in the file, as far as the system lets us take it back.
  public func append(_ text: String) throws {
    guard isInPlace else { throw FileError(path: path, operation: .write, reason: "it was removed or replaced") }
    let end = lseek(descriptor, 0, SEEK_END)
    do {
      try WholeFile.write(Array(text.utf8), to: descriptor, for: path)
    } catch {
      if end >= 0 { ftruncate(descriptor, end) }
      throw error
    }
  }
}
