import Glibc
import Synchronization

/// A text file that grows by whole lines, each of them out of the process's hands when `append` returns.
///
/// It may be a pipe or a terminal. Appending never waits for a reader: what it does not take at once is kept, up to a
/// limit, and written before the next text.
package final class AppendedFile: Sendable {
  package let path: String
  private let descriptor: Int32
  private let keptLimit: Int
  /// What was appended, and a pipe has not taken yet; its first bytes may be the rest of a line. Nothing for a file, which
  /// takes a text whole or not at all.
  private let kept = Mutex<[UInt8]>([])

  /// Opens the file, or creates it.
  ///
  /// - Parameters:
  ///   - keptLimit: the bytes that are kept for a pipe at most.
  ///   - isExclusive: whether the file has to be locked against other processes that ask for the same. What knows no locks
  ///     is not locked.
  /// - Throws: `FileError`, also for a pipe that nobody reads, and for a file that another process has locked.
  package init(_ path: String, keptLimit: Int = 1 << 16, isExclusive: Bool = false) throws {
    self.path = path
    self.keptLimit = keptLimit
    descriptor = try WholeFile.openStream(path, O_CREAT | O_APPEND, or: .create)
    if isExclusive, !WholeFile.isStream(path), flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      // Every property has its value, so `deinit` runs: it closes the file, and nothing else may.
      throw FileError(path: path, operation: .write, reason: "another process is writing to it")
    }
  }

  deinit { close(descriptor) }

  /// Whether the open file is still the one that its path names.
  package var isInPlace: Bool { WholeFile.isSame(descriptor, path) }

  /// The bytes of the file; nil for a pipe or a terminal.
  package var size: Int? {
    let end = lseek(descriptor, 0, SEEK_END)
    return end < 0 || WholeFile.isStream(path) ? nil : Int(end)
  }

  /// Writes `text` at the end.
  ///
  /// - Throws: `FileError`, also if the file was removed or replaced: what is written to it then, nobody finds. Nothing of
  ///   the text is in the file, as far as the system lets us take it back, and nothing of it is kept.
  package func append(_ text: String) throws {
    guard isInPlace else { throw FileError(path: path, operation: .write, reason: "it was removed or replaced") }
    if let end = size { return try append(Array(text.utf8), toFileOf: end) }
    try kept.withLock { kept in
      try writeKept(&kept)
      guard kept.isEmpty || kept.count + text.utf8.count <= keptLimit else { throw WholeFile.unread(path) }
      kept += text.utf8
      do { try writeKept(&kept) } catch {
        // What a pipe has taken nobody takes back: a text whose start is written is kept to its end.
        guard kept.count >= text.utf8.count else { return }
        kept.removeLast(text.utf8.count)
        throw error
      }
    }
  }

  /// Waits until everything that was appended is written, but not for long.
  ///
  /// - Throws: `FileError` if something is not.
  package func finish(patience: Duration = .seconds(1)) throws {
    let deadline = ContinuousClock.now + patience
    try kept.withLock { kept in
      try writeKept(&kept)
      while !kept.isEmpty {
        let left = Int32(max((deadline - .now) / .milliseconds(1), 0))
        try WholeFile.waitUntilWritable(descriptor, for: path, patience: left)
        try writeKept(&kept)
      }
    }
  }

  private func append(_ bytes: [UInt8], toFileOf size: Int) throws {
    var written = 0
    do {
      try WholeFile.write(bytes, &written, to: descriptor, for: path, patience: 0)
    } catch {
      ftruncate(descriptor, off_t(size))
      throw error
    }
  }

  /// Writes what the pipe takes at this moment.
  private func writeKept(_ kept: inout [UInt8]) throws {
    var written = 0
    defer { kept.removeFirst(written) }
    do {
      try WholeFile.write(kept, &written, to: descriptor, for: path, patience: 0)
    } catch let error as FileError where error == WholeFile.unread(path) {
      // It is full: later.
    }
  }
}
