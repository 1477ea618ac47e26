import Glibc

/// The right to write to a directory: one process has it, until the lock is released or the process ends, however it
/// ends.
///
/// The system's lock on the file `run.lock` decides: a file of this directory alone, never what a link leads to. What
/// stands in it only says who holds it, so what a process that is gone left there, on this host or another, keeps nobody
/// out. A file server may keep the lock of a host that is gone for some time (NFS: 90 seconds); `init` waits that long if
/// the holder is on another host. On a file system that knows no locks, nobody is kept out: better a run without a lock
/// than none.
package final class DirectoryLock: @unchecked Sendable {
  // Sendable: nothing changes once it is made.
  package static let fileName = "run.lock"

  private let path: RawPath
  private let descriptor: Int32

  /// - Parameters:
  ///   - patience: the seconds to wait for a holder on another host.
  ///   - notice: is told once if it has to wait, or if there is no lock to be had.
  /// - Throws: `FileError` if another process has the lock, with who it is, or the file cannot be written.
  package convenience init(_ directory: String, patience: Int = 100, notice: (LockNotice) -> Void = { _ in }) throws {
    try self.init(directory, patience: patience, notice: notice, flock: flock)
  }

  /// - Parameter flock: the system's call of the name.
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
    // Only while it is still ours: the directory may have been moved away and made anew.
    if WholeFile.isSame(descriptor, path) { unlink(path.bytes) }
    close(descriptor)
  }

  /// Whether the lock is still that of the directory; not if the directory or the file was removed.
  package var isInPlace: Bool { WholeFile.isSame(descriptor, path) }

  private enum Attempt {
    case taken(Int32)
    /// The file system knows no locks; the file named this holder, which may be gone.
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
      // The holder before may have removed the file after it was opened here.
      guard WholeFile.isSame(descriptor, path) else {
        close(descriptor)
        continue
      }
      if isOurs(descriptor) {
        writeHolder(descriptor)
      } else if error == nil, unlink(path.bytes) == 0 {
        // Its holder is gone, and the next one makes a file of its own.
        close(descriptor)
        continue
      }
      return error == nil ? .taken(descriptor) : .unlocked(descriptor, named: named)
    }
  }

  /// Opens the lock's file, or creates it for all who may write to the directory; nil if it is gone in between.
  ///
  /// One that another user left, and that is not ours to write to, can be locked all the same.
  ///
  /// - Throws: `FileError`, also for a link or anything else that is no file: what it leads to is not ours.
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
        reason: "its \(fileName) is a link, or no file at all, and is not followed; remove it")
    }
    var found = Glibc.open(path.bytes, O_RDWR | flags)
    if found < 0, errno != ENOENT { found = Glibc.open(path.bytes, O_RDONLY | flags) }
    guard found >= 0 else {
      guard errno == ENOENT || errno == ELOOP else { throw FileError(path: path.text, operation: .lock) }
      return nil
    }
    return found
  }

  /// Whether the lock's file is this directory's alone, and may be written to. One with a second name, made by a copy that
  /// links files or planted there, is the other place's too.
  private static func isOurs(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_nlink == 1 && fcntl(descriptor, F_GETFL) & O_ACCMODE == O_RDWR
  }

  /// Who holds it is good to know, and the lock is good without: a full disk must not keep a run from going on.
  private static func writeHolder(_ descriptor: Int32) {
    let text = Array(LockHolder.current.text.utf8)
    ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.count, 0)
  }

  /// Whether a file system knows no locks, or has none left.
  private static func isWithoutLocks(_ error: Int32) -> Bool { [ENOSYS, EOPNOTSUPP, ENOLCK].contains(error) }
}

/// What somebody who waits for a lock should know.
package enum LockNotice: Equatable, Sendable, CustomStringConvertible {
  case waiting(directory: String, holder: LockHolder)
  /// Nobody is kept out. The lock's file named a holder, which may be gone.
  case withoutLocks(directory: String, named: LockHolder?)

  package var description: String {
    switch self {
    case .waiting(let directory, let holder):
      return "waits for the lock of \(directory), held by \(holder)."
    case .withoutLocks(let directory, let named):
      let other = named.map { " The last one that wrote there is \($0): if it still runs, stop one of the two." }
      return "\(directory): its file system knows no locks, so nothing keeps a second run from writing there."
        + (other ?? "")
    }
  }
}
