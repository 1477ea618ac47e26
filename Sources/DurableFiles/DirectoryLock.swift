import Glibc

/// The right to write to a directory: one process has it, until the lock is released or the process ends, however it
/// ends.
///
/// The system's lock on the file `run.lock` decides. What stands in the file only says who holds it, so what a process
/// that is gone left there, on this host or another, keeps nobody out. A file server may keep the lock of a host that is
/// gone for some time (NFS: 90 seconds); `init` waits that long if the holder is on another host. On a file system that
/// knows no locks, nobody is kept out: better a run without a lock than none.
public final class DirectoryLock: @unchecked Sendable {
  // Sendable: nothing changes once it is made.
  public static let fileName = "run.lock"

  private let path: String
  private let descriptor: Int32

  /// - Parameters:
  ///   - patience: the seconds to wait for a holder on another host.
  ///   - notice: is told once if it has to wait, or if there is no lock to be had.
  /// - Throws: `FileError` if another process has the lock, with who it is, or the file cannot be written.
  public convenience init(_ directory: String, patience: Int = 100, notice: (LockNotice) -> Void = { _ in }) throws {
    try self.init(directory, patience: patience, notice: notice, flock: flock)
  }

  /// - Parameter flock: the system's call of the name.
  init(
    _ directory: String, patience: Int, notice: (LockNotice) -> Void, flock: (_ descriptor: Int32, Int32) -> Int32
  ) throws {
    path = "\(directory)/\(Self.fileName)"
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
    if WholeFile.isSame(descriptor, path) { unlink(path) }
    close(descriptor)
  }

  /// Whether the lock is still that of the directory; not if the directory or the file was removed.
  public var isInPlace: Bool { WholeFile.isSame(descriptor, path) }

  private enum Attempt {
    case taken(Int32)
    /// The file system knows no locks; the file named this holder, which may be gone.
    case unlocked(Int32, named: LockHolder?)
    case held(LockHolder?)
  }

  private static func attempt(
    _ path: String, _ directory: String, _ flock: (_ descriptor: Int32, Int32) -> Int32
  ) throws -> Attempt {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw FileError(path: directory, operation: .lock) }
      let error = flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? nil : errno
      let named = error.flatMap { _ in (try? WholeFile.read(path)).flatMap(LockHolder.init) }
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
      writeHolder(descriptor)
      return error == nil ? .taken(descriptor) : .unlocked(descriptor, named: named)
    }
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
public enum LockNotice: Equatable, Sendable, CustomStringConvertible {
  case waiting(directory: String, holder: LockHolder)
  /// Nobody is kept out. The lock's file named a holder, which may be gone.
  case withoutLocks(directory: String, named: LockHolder?)

  public var description: String {
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

/// Who holds a lock, as its file says.
public struct LockHolder: Equatable, Sendable, CustomStringConvertible {
  public let process: Int32
  public let host: String
  /// When it took the lock, in UTC: `2026-11-24 22:05:10`.
  public let since: String

  static var thisHost: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  static var current: LockHolder {
    var (now, fields) = (time(nil), tm())
    gmtime_r(&now, &fields)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%d %H:%M:%S", &fields)
    let since = String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return LockHolder(process: getpid(), host: thisHost, since: since)
  }

  init(process: Int32, host: String, since: String) {
    self.process = process
    self.host = host
    self.since = since
  }

  /// Reads what a lock's file says; nil if that is nothing of ours.
  init?(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes.prefix(1024), as: UTF8.self).split(separator: "\n")
    func value(_ key: String) -> String? {
      lines.first { $0.hasPrefix("\(key) ") }.map { String($0.dropFirst(key.count + 1)) }
    }
    guard let process = value("process").flatMap({ Int32($0) }), let host = value("host"), let since = value("since")
    else { return nil }
    self.init(process: process, host: host, since: since)
  }

  var text: String { "process \(process)\nhost \(host)\nsince \(since)\n" }

  public var description: String { "process \(process) on \(host), since \(since) UTC" }
}
