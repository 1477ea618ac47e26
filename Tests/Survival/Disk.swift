// A disk that is slow, fails, ends the process, or knows no locks, in front of the C library: loaded by LD_PRELOAD, for the scripts beside
// it.
//
// Counts the calls that write below DISK_DIRECTORY, in their order: open to write, write, fsync, rename, symlink, link,
// unlink.
//   DISK_DELAY_MS     each of them takes so much longer
//   DISK_FAIL_AT      the call of this number (from 1) fails
//   DISK_FAIL_COUNT   so do this many from there on (1; 0 for all)
//   DISK_FAIL_ERRNO   with this error
//   DISK_KILL_AT      the process is killed in the call of this number; a write is half done then
//   DISK_LOCK_ERRNO   each flock fails with this error
//   DISK_LINK_ERRNO   each symlink and link below DISK_DIRECTORY fails with this error
//   DISK_LOG          a line for each call: its number and its name

import Glibc
import Synchronization

/// The settings from the environment.
private enum Disk {
  static let directory = text("DISK_DIRECTORY")
  static let log = text("DISK_LOG")
  static let delay = number("DISK_DELAY_MS") ?? 0
  static let failing = number("DISK_FAIL_AT").map { first in
    let count = number("DISK_FAIL_COUNT") ?? 1
    return count == 0 ? first...Int.max : first...first + count - 1
  }
  static let killing = number("DISK_KILL_AT")
  static let error = Int32(number("DISK_FAIL_ERRNO") ?? Int(ENOSPC))
  static let lockError = number("DISK_LOCK_ERRNO").map { Int32($0) }
  static let linkError = number("DISK_LINK_ERRNO").map { Int32($0) }
  static let calls = Atomic(0)

  private static func text(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
  private static func number(_ name: String) -> Int? { text(name).flatMap { Int($0) } }

  /// Whether a call on `path` counts. The lock is not part of a checkpoint.
  static func holds(_ path: UnsafePointer<CChar>?) -> Bool {
    guard let directory, let path else { return false }
    return strncmp(path, directory, strlen(directory)) == 0 && strstr(path, "run.lock") == nil
  }

  static func holds(_ descriptor: Int32) -> Bool {
    guard directory != nil else { return false }
    var path = [CChar](repeating: 0, count: 4096)
    return readlink("/proc/self/fd/\(descriptor)", &path, path.count - 1) > 0 && holds(path)
  }

  /// Counts and delays a call. Returns whether it fails, with `errno` set.
  ///
  /// - Parameter half: performs a part of a call that is not completed.
  static func fails(_ name: String, half: () -> Void = {}) -> Bool {
    let call = calls.add(1, ordering: .relaxed).newValue
    if let log, let file = fopen(log, "a") {
      fputs("\(call) \(name)\n", file)
      fclose(file)
    }
    usleep(UInt32(delay) * 1000)
    if call == killing {
      half()
      kill(getpid(), SIGKILL)
    }
    guard let failing, failing.contains(call) else { return false }
    half()
    errno = error
    return true
  }

  /// The wrapped C library function.
  static func next<Function>(_ name: String, as type: Function.Type) -> Function {
    // RTLD_NEXT of <dlfcn.h> is a cast, which Swift does not import.
    unsafeBitCast(dlsym(UnsafeMutableRawPointer(bitPattern: -1), name), to: type)
  }
}

/// One path, or two.
private typealias PathCall = @convention(c) (UnsafePointer<CChar>?) -> Int32
private typealias PathsCall = @convention(c) (UnsafePointer<CChar>?, UnsafePointer<CChar>?) -> Int32
private typealias DescriptorCall = @convention(c) (Int32) -> Int32

// In C the mode is an optional argument, passed in the same register.
@c(open) public func diskOpen(_ path: UnsafePointer<CChar>?, _ flags: Int32, _ mode: mode_t) -> Int32 {
  typealias Open = @convention(c) (UnsafePointer<CChar>?, Int32, mode_t) -> Int32
  if flags & O_CREAT != 0, Disk.holds(path), Disk.fails("open") { return -1 }
  return Disk.next("open", as: Open.self)(path, flags, mode)
}

@c(write) public func diskWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  typealias Write = @convention(c) (Int32, UnsafeRawPointer?, Int) -> Int
  let next = Disk.next("write", as: Write.self)
  guard Disk.holds(descriptor) else { return next(descriptor, bytes, count) }
  // A full disk writes as much as fits.
  let fails = Disk.fails("write") { if count > 1 { _ = next(descriptor, bytes, count / 2) } }
  return fails ? -1 : next(descriptor, bytes, count)
}

@c(fsync) public func diskSync(_ descriptor: Int32) -> Int32 {
  if Disk.holds(descriptor), Disk.fails("fsync") { return -1 }
  return Disk.next("fsync", as: DescriptorCall.self)(descriptor)
}

@c(rename) public func diskRename(_ from: UnsafePointer<CChar>?, _ to: UnsafePointer<CChar>?) -> Int32 {
  if Disk.holds(to), Disk.fails("rename") { return -1 }
  return Disk.next("rename", as: PathsCall.self)(from, to)
}

/// Whether creating a link fails, with `errno` set.
private func refusesLink(_ path: UnsafePointer<CChar>?, _ name: String) -> Bool {
  guard Disk.holds(path) else { return false }
  if Disk.fails(name) { return true }
  guard let error = Disk.linkError else { return false }
  errno = error
  return true
}

@c(symlink) public func diskLink(_ target: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?) -> Int32 {
  refusesLink(path, "symlink") ? -1 : Disk.next("symlink", as: PathsCall.self)(target, path)
}

@c(link) public func diskHardLink(_ target: UnsafePointer<CChar>?, _ path: UnsafePointer<CChar>?) -> Int32 {
  refusesLink(path, "link") ? -1 : Disk.next("link", as: PathsCall.self)(target, path)
}

@c(unlink) public func diskUnlink(_ path: UnsafePointer<CChar>?) -> Int32 {
  if Disk.holds(path), Disk.fails("unlink") { return -1 }
  return Disk.next("unlink", as: PathCall.self)(path)
}

@c(flock) public func diskLock(_ descriptor: Int32, _ operation: Int32) -> Int32 {
  typealias Lock = @convention(c) (Int32, Int32) -> Int32
  if let error = Disk.lockError {
    errno = error
    return -1
  }
  return Disk.next("flock", as: Lock.self)(descriptor, operation)
}
