import Glibc

/// The right to write to a directory: one process has it, until the lock is released or the process ends, however it
/// ends.
public final class DirectoryLock: Sendable {
  /// The file that is locked. It stays: a lock on a file that another process removes keeps nobody out.
  public static let fileName = ".lock"

  private let descriptor: Int32

  /// - Throws: `FileError` if another process has the lock, or the directory cannot be written to.
  public init(_ directory: String) throws {
    // Network file systems lock only what is open for writing, which a directory cannot be (flock(2), "NFS details").
    descriptor = open("\(directory)/\(Self.fileName)", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(path: directory, operation: .write) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || Self.isWithoutLocks(errno) else {
      let reason = errno == EWOULDBLOCK ? "another run is writing to it" : String(cString: strerror(errno))
      close(descriptor)
      throw FileError(path: directory, operation: .lock, reason: reason)
    }
  }

  deinit { close(descriptor) }

  /// Whether a file system knows no locks: better a run without one than none.
  private static func isWithoutLocks(_ error: Int32) -> Bool { [ENOSYS, EOPNOTSUPP, ENOLCK].contains(error) }
}
