import Glibc
import Synchronization

/// A file that is appended to in whole lines or records; each is passed to the system before `append` returns.
///
/// It may be a pipe or a terminal. Appending never waits for a reader: what cannot be written at once is buffered, up
/// to a limit, and written before the next text.
package final class AppendOnlyFile: Sendable {
  package let path: String
  private let descriptor: Int32
  private let keptLimit: Int
  /// Appended bytes that a pipe has not accepted yet; they may start within a line. Empty for a file, which accepts a
  /// text completely or not at all.
  private let kept = Mutex<[UInt8]>([])

  /// Opens the file, or creates it.
  ///
  /// - Parameters:
  ///   - keptLimit: the maximum number of bytes buffered for a pipe.
  ///   - isExclusive: whether to lock the file against other processes that do the same. Streams and file systems
  ///     without locks are not locked.
  /// - Throws: `FileError`, also for a pipe without a reader, and for a file that another process has locked.
  package init(_ path: String, keptLimit: Int = 1 << 16, isExclusive: Bool = false) throws {
    self.path = path
    self.keptLimit = keptLimit
    descriptor = try AtomicFile.openStream(path, O_CREAT | O_APPEND, or: .create)
    if isExclusive, !AtomicFile.isStream(path), flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      // All properties are initialized, so `deinit` runs: it closes the file, and nothing else may.
      throw FileError(path: path, operation: .write, reason: "another process is writing to it")
    }
  }

  deinit { close(descriptor) }

  /// Whether the open file is still the one at its path.
  package var isInPlace: Bool { AtomicFile.isSame(descriptor, path) }

  /// The size of the file in bytes; nil for a pipe or a terminal.
  package var size: Int? {
    let end = lseek(descriptor, 0, SEEK_END)
    return end < 0 || AtomicFile.isStream(path) ? nil : Int(end)
  }

  /// Appends a text: see `append(_:)` of bytes.
  ///
  /// - Throws: as that.
  package func append(_ text: String) throws { try append(Array(text.utf8)) }

  /// Appends bytes.
  ///
  /// - Throws: `FileError`, also if the file was removed or replaced, and a write would be lost. Then none of the
  ///   bytes is in the file, as far as the system allows undoing it, and none is buffered.
  package func append(_ bytes: [UInt8]) throws {
    guard isInPlace else { throw FileError(path: path, operation: .write, reason: "it was removed or replaced") }
    if let end = size { return try append(bytes, toFileOf: end) }
    try kept.withLock { kept in
      try writeKept(&kept)
      guard kept.isEmpty || kept.count + bytes.count <= keptLimit else { throw AtomicFile.unread(path) }
      kept += bytes
      do { try writeKept(&kept) } catch {
        // Bytes written to a pipe cannot be withdrawn: a text whose start is written is buffered to its end.
        guard kept.count >= bytes.count else { return }
        kept.removeLast(bytes.count)
        throw error
      }
    }
  }

  /// Waits a limited time until everything appended is written.
  ///
  /// - Throws: `FileError` if something is not.
  package func finish(patience: Duration = .seconds(1)) throws {
    let deadline = ContinuousClock.now + patience
    try kept.withLock { kept in
      try writeKept(&kept)
      while !kept.isEmpty {
        let left = Int32(max((deadline - .now) / .milliseconds(1), 0))
        try AtomicFile.waitUntilWritable(descriptor, for: path, patience: left)
        try writeKept(&kept)
      }
    }
  }

  private func append(_ bytes: [UInt8], toFileOf size: Int) throws {
    var written = 0
    do {
      try bytes.withUnsafeBytes {
        try AtomicFile.write($0, &written, to: descriptor, for: path, patience: 0)
      }
    } catch {
      ftruncate(descriptor, off_t(size))
      throw error
    }
  }

  /// Writes what the pipe accepts without waiting.
  private func writeKept(_ kept: inout [UInt8]) throws {
    var written = 0
    defer { kept.removeFirst(written) }
    do {
      try kept.withUnsafeBytes {
        try AtomicFile.write($0, &written, to: descriptor, for: path, patience: 0)
      }
    } catch let error as FileError where error == AtomicFile.unread(path) {
      // It is full: try again later.
    }
  }
}
