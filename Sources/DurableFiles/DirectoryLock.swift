import Glibc

/// The right to write to a directory: one process has it, until the lock is released or the process ends, however it
/// ends.
public final class DirectoryLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `FileError` if another process has the lock, or the directory cannot be opened.
  public init(_ directory: String) throws {
    descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: directory, operation: .lock) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno == EWOULDBLOCK ? "another run is writing to it" : String(cString: strerror(errno))
      close(descriptor)
      throw FileError(path: directory, operation: .lock, reason: reason)
    }
  }

  deinit { close(descriptor) }
}
