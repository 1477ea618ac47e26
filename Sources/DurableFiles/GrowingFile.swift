import Glibc

/// A file that grows over several processes, such as a download that is resumed, and replaces another one when it is
/// complete.
///
/// One process at a time has it: it holds the system's lock on it, which ends with the process. On a file system without
/// locks every process has it.
package final class GrowingFile: @unchecked Sendable {
  // Sendable: used by one thread at a time.
  /// The path of the file.
  package let path: String
  /// The size in bytes.
  package private(set) var count: Int
  private var descriptor: Int32

  /// Opens or creates a file, waiting for a process that has it.
  ///
  /// - Parameter wait: called before waiting.
  /// - Throws: `FileError`.
  package init(path: String, wait: () -> Void) throws {
    self.path = path
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw FileError(path: path, operation: .create) }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        wait()
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
      }
      var status = stat()
      // The process that had it may have moved or removed it.
      if AtomicFile.isSame(descriptor, path), fstat(descriptor, &status) == 0 {
        guard status.st_mode & S_IFMT == S_IFREG else {
          Glibc.close(descriptor)
          throw FileError(path: path, operation: .write, reason: "it is not a file")
        }
        (self.descriptor, count) = (descriptor, Int(status.st_size))
        return
      }
      Glibc.close(descriptor)
    }
  }

  deinit { close() }

  /// Gives the file to another process.
  package func close() {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  /// Appends bytes.
  ///
  /// - Throws: `FileError`.
  package func append(_ bytes: [UInt8]) throws {
    guard lseek(descriptor, off_t(count), SEEK_SET) >= 0 else { throw FileError(path: path, operation: .write) }
    try bytes.withUnsafeBytes { try AtomicFile.write($0, to: descriptor, for: path) }
    count += bytes.count
  }

  /// Removes all bytes.
  ///
  /// - Throws: `FileError`.
  package func clear() throws {
    guard ftruncate(descriptor, 0) == 0 else { throw FileError(path: path, operation: .write) }
    count = 0
  }

  /// Makes the file durable and moves it to `target`, replacing a file there.
  ///
  /// - Throws: `FileError`.
  package func move(to target: String) throws {
    guard fsync(descriptor) == 0 else { throw FileError(path: path, operation: .sync) }
    guard rename(path, target) == 0 else { throw FileError(path: target, operation: .rename) }
    try AtomicFile.syncDirectory(RawPath(target).directory)
  }

  /// Removes the file.
  package func remove() { unlink(path) }
}
