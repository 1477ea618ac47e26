import Glibc

/// A temporary file beside the one that it will replace: `martlet-1f2e3d4c.partial`.
///
/// Its writer holds the system's lock on it, which ends with the process. So a file whose lock is free is stale, and
/// the next writer to the directory removes it.
struct PartialFile: ~Copyable {
  private static let (prefix, suffix, digits) = ("martlet-", ".partial", 8)

  let path: RawPath
  let descriptor: Int32

  /// Creates a file with a unique name, and locks it.
  ///
  /// - Parameters:
  ///   - mode: its permissions, before the umask.
  ///   - name: the file's name in messages.
  init(beside target: RawPath, mode: mode_t, for name: String) throws {
    while true {
      let path = Self.name(beside: target)
      let descriptor = open(path.bytes, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
      if descriptor < 0, errno == EEXIST { continue }
      guard descriptor >= 0 else { throw FileError(path: name, operation: .create) }
      // On a file system without locks no process treats it as stale either.
      let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
      // Another process may have found and removed it before it was locked.
      if !isTaken, AtomicFile.isSame(descriptor, path) {
        (self.path, self.descriptor) = (path, descriptor)
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }

  /// A random name beside `target`, with a negligible chance of collision.
  static func name(beside target: RawPath) -> RawPath {
    let number = String(UInt32.random(in: 0 ... .max), radix: 16)
    let padded = String(repeating: "0", count: digits - number.utf8.count) + number
    return target.directory.appending("\(prefix)\(padded)\(suffix)")
  }

  /// Whether a file name has this pattern.
  private static func isName(_ name: String) -> Bool {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return false }
    let number = name.dropFirst(prefix.count).dropLast(suffix.count)
    return number.utf8.count == digits && number.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }

  /// Removes stale files in a directory. Files that cannot be removed stay.
  ///
  /// - Parameter isAlone: whether no other process writes to the directory: then files whose writer cannot be
  ///   determined are removed too: links, and files on a file system without locks.
  static func removeStale(in directory: RawPath, isAlone: Bool) {
    for name in (try? directory.names()) ?? [] where isName(name.text) {
      let path = directory.appending(name)
      if isStale(path, isAlone: isAlone) { unlink(path.bytes) }
    }
  }

  private static func isStale(_ path: RawPath, isAlone: Bool) -> Bool {
    let kind = path.status.map { $0.st_mode & S_IFMT }
    guard kind == S_IFREG else { return kind == S_IFLNK && isAlone }
    var descriptor = open(path.bytes, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    if descriptor < 0 { descriptor = open(path.bytes, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return AtomicFile.isSame(descriptor, path) }
    return isAlone && errno != EWOULDBLOCK
  }
}
