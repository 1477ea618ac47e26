import Glibc

/// An exclusive lock on writing to a directory: one process holds it until it is released or the process ends in any
/// way.
///
/// The lock is the system's, on the file `run.lock`, which must belong to this directory alone; links are not followed.
/// The content only names the holder, so that of a process that has ended, on this host or another, blocks no one. A
/// file server may keep the lock of a host that is gone for some time (NFS: 90 seconds); `init` waits that long if the
/// holder is on another host. On a file system without locks the run continues unlocked.
package final class DirectoryLock: @unchecked Sendable {
  // Sendable: nothing changes after initialization.
  package static let fileName = "run.lock"

  private let path: RawPath
  private let descriptor: Int32

  /// - Parameters:
  ///   - patience: the seconds to wait for a holder on another host.
  ///   - notice: called once if it has to wait, or if locks are not supported.
  /// - Throws: `FileError` if another process holds the lock, with its name, or the file cannot be written.
  package convenience init(_ directory: String, patience: Int = 100, notice: (LockNotice) -> Void = { _ in }) throws {
    try self.init(directory, patience: patience, notice: notice, flock: flock)
  }

  /// - Parameter flock: the system call.
  init(
    _ directory: String, patience: Int, notice: (LockNotice) -> Void, flock: (_ descriptor: Int32, Int32) -> Int32
  ) throws {
    path = RawPath(directory).appending(Self.fileName)
    var waited = 0
    while true {
      switch try Self.attempt(path, directory, flock) {
      case .taken(let descriptor):
        self.descriptor = descriptor
        return
      case .unlocked(let descriptor, let named):
        self.descriptor = descriptor
        notice(.withoutLocks(directory: directory, named: named))
        return
      case .held(let holder):
        guard let holder, holder.host != LockHolder.thisHost, waited < patience else {
          let who = holder.map { ": \($0)" } ?? ""
          throw FileError(path: directory, operation: .lock, reason: "another run is writing to it\(who)")
        }
        if waited == 0 { notice(.waiting(directory: directory, holder: holder)) }
        waited += 1
        sleep(1)
      }
    }
  }

  deinit {
    // Only while it is still ours: the directory may have been moved and created anew.
    if AtomicFile.isSame(descriptor, path) { unlink(path.bytes) }
    close(descriptor)
  }

  /// Whether the lock file is still that of the directory; false if the directory or the file was removed.
  package var isInPlace: Bool { AtomicFile.isSame(descriptor, path) }

  private enum Attempt {
    case taken(Int32)
    /// The file system does not support locks; the file named this holder, which may have ended.
    case unlocked(Int32, named: LockHolder?)
    case held(LockHolder?)
  }

  private static func attempt(
    _ path: RawPath, _ directory: String, _ flock: (_ descriptor: Int32, Int32) -> Int32
  ) throws -> Attempt {
    while true {
      guard let descriptor = try open(path, directory) else { continue }
      let error = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? nil : errno
      let named = error.flatMap { _ in LockHolder(of: descriptor) }
      if let error, !isWithoutLocks(error) {
        close(descriptor)
        guard error == EWOULDBLOCK else { throw FileError(path: directory, operation: .lock, error: error) }
        return .held(named)
      }
      // The previous holder may have removed the file after it was opened here.
      guard AtomicFile.isSame(descriptor, path) else {
        close(descriptor)
        continue
      }
      if isOurs(descriptor) {
        writeHolder(descriptor)
      } else if error == nil, unlink(path.bytes) == 0 {
        // Its holder has ended, and the next one creates its own file.
        close(descriptor)
        continue
      }
      return error == nil ? .taken(descriptor) : .unlocked(descriptor, named: named)
    }
  }

  /// Opens the lock file, or creates it writable for all who may write to the directory; nil if it was removed
  /// meanwhile.
  ///
  /// A file that another user left and that is not writable can be locked all the same.
  ///
  /// - Throws: `FileError`, also for a link or anything else than a regular file: its target is not ours.
  private static func open(_ path: RawPath, _ directory: String) throws -> Int32? {
    let flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    let created = Glibc.open(path.bytes, O_RDWR | O_CREAT | O_EXCL | flags, 0o600)
    if created >= 0 {
      var status = stat()
      if stat(directory, &status) == 0 { _ = fchmod(created, status.st_mode & 0o666) }
      return created
    }
    let refusal = errno
    guard let status = path.status else {
      guard refusal == EEXIST else { throw FileError(path: directory, operation: .lock, error: refusal) }
      return nil
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(
        path: directory, operation: .lock,
        reason: "its \(fileName) is a link or not a regular file; remove it")
    }
    var found = Glibc.open(path.bytes, O_RDWR | flags)
    if found < 0, errno != ENOENT { found = Glibc.open(path.bytes, O_RDONLY | flags) }
    guard found >= 0 else {
      guard errno == ENOENT || errno == ELOOP else { throw FileError(path: path.text, operation: .lock) }
      return nil
    }
    return found
  }

  /// Whether the lock file has no other name, and may be written to. A second name, from a hard-linking copy or planted
  /// there, means that it belongs to another place too.
  private static func isOurs(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_nlink == 1 && fcntl(descriptor, F_GETFL) & O_ACCMODE == O_RDWR
  }

  /// Writes the holder. An error is ignored: the name is informative only, and a full disk must not stop a run.
  private static func writeHolder(_ descriptor: Int32) {
    let text = Array(LockHolder.current.text.utf8)
    ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.count, 0)
  }

  /// Whether the error means that the file system does not support locks, or has none left.
  private static func isWithoutLocks(_ error: Int32) -> Bool { [ENOSYS, EOPNOTSUPP, ENOLCK].contains(error) }
}
