import Glibc
import Synchronization

/// A text file that grows by whole lines, each of them out of the process's hands when `append` returns.
///
/// It may be a pipe. One that nobody reads is waited for no longer than `patience`: whatever becomes of a log,
/// what it tells of goes on.
public final class AppendedFile: Sendable {
  /// How long a pipe that is full may take, in milliseconds; nothing once it has proved to be stuck.
  private static let patience: Int32 = 1000

  /// How a pipe stands. A file takes a text whole or not at all.
  private struct Pipe {
    /// The end of a text whose start is in the pipe.
    var torn: [UInt8] = []
    var isStuck = false
  }

  public let path: String
  private let descriptor: Int32
  private let pipe = Mutex(Pipe())

  /// Opens the file, or creates it.
  ///
  /// - Throws: `FileError`, also for a pipe that nobody reads.
  public init(_ path: String) throws {
    self.path = path
    descriptor = try WholeFile.openStream(path, O_CREAT | O_APPEND, or: .create)
  }

  deinit { close(descriptor) }

  /// Whether the open file is still the one that its path names.
  public var isInPlace: Bool { WholeFile.isSame(descriptor, path) }

  /// Writes `text` at the end.
  ///
  /// What a pipe has taken nobody takes back: a text counts as written once its start is, and its end goes before the next
  /// one.
  ///
  /// - Throws: `FileError`, also if the file was removed or replaced: what is written to it then, nobody finds. Nothing of
  ///   the text is in the file, as far as the system lets us take it back.
  public func append(_ text: String) throws {
    guard isInPlace else { throw FileError(path: path, operation: .write, reason: "it was removed or replaced") }
    let end = lseek(descriptor, 0, SEEK_END)
    try pipe.withLock { pipe in
      let bytes = pipe.torn + text.utf8
      var written = 0
      do {
        try WholeFile.write(
          bytes, &written, to: descriptor, for: path, patience: pipe.isStuck ? 0 : Self.patience)
        pipe = Pipe()
      } catch {
        guard end < 0 else {
          ftruncate(descriptor, end)
          throw error
        }
        let isBegun = written > pipe.torn.count
        pipe = Pipe(torn: isBegun ? Array(bytes[written...]) : Array(pipe.torn[written...]), isStuck: true)
        if !isBegun { throw error }
      }
    }
  }
}
