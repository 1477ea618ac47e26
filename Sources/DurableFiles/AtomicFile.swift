import Glibc
import SystemResources

/// Atomic files, complete or absent: written to a temporary file, synced, renamed.
package enum AtomicFile {
  /// Replaces or creates `path` with `bytes`, which survive a power loss once this returns.
  ///
  /// A replaced file keeps its permissions, and its owner as far as the system allows. A device or pipe is not
  /// replaced: the bytes are written to it, waiting as needed.
  ///
  /// - Parameter followsLinks: whether to replace the target of a link and keep the link, as for paths from users. If
  ///   not, the link itself is replaced, like anything else.
  /// - Throws: `FileError`; `path` is unchanged then.
  package static func write(_ bytes: [UInt8], to path: String, followsLinks: Bool = true) throws {
    try bytes.withUnsafeBytes { try write($0, to: path, followsLinks: followsLinks) }
  }

  /// Writes bytes that are not in an array: see `write`.
  package static func write(_ bytes: UnsafeRawBufferPointer, to path: String, followsLinks: Bool = true) throws {
    guard !followsLinks || !isStream(path) else { return try writeThrough(bytes, to: path) }
    let target = followsLinks ? RawPath(path).resolved : RawPath(path)
    if followsLinks { PartialFile.removeStale(in: target.directory, isAlone: false) }
    try checkSpace(for: bytes.count, path, target.directory)
    let old = target.status.flatMap { $0.st_mode & S_IFMT == S_IFREG ? $0 : nil }
    let partial = try PartialFile(beside: target, mode: old.map { $0.st_mode & 0o777 } ?? 0o666, for: path)
    do {
      if let old { give(partial.descriptor, ownerAndModeOf: old) }
      try write(bytes, to: partial.descriptor, for: path)
      try check(fsync(partial.descriptor), path, .sync)
      try check(rename(partial.path.bytes, target.bytes), path, .rename)
    } catch {
      unlink(partial.path.bytes)
      throw error
    }
    try syncDirectory(target.directory)
  }

  /// Removes stale temporary files in a directory that only the caller writes to.
  package static func removeLeftovers(in directory: String) {
    PartialFile.removeStale(in: RawPath(directory), isAlone: true)
  }

  /// Removes a file or link durably: it stays removed after a power loss.
  ///
  /// - Throws: `FileError`.
  package static func remove(_ path: String) throws {
    try check(unlink(path), path, .remove)
    try syncDirectory(RawPath(path).directory)
  }

  /// Atomically makes `path` a symbolic link to `target`, a file beside it; a hard link if that fails, as on a file
  /// system without symbolic links.
  ///
  /// - Throws: `FileError` with the reason for the symbolic link; `path` is unchanged then, unless only the sync
  ///   failed.
  package static func link(_ path: String, to target: String) throws {
    let place = RawPath(path)
    do {
      try link(place, path) { symlink(target, $0.bytes) }
    } catch {
      do {
        try link(place, path) { Glibc.link(place.directory.appending(target).bytes, $0.bytes) }
      } catch _ { throw error }
    }
  }

  private static func link(_ place: RawPath, _ path: String, _ create: (RawPath) -> Int32) throws {
    let partial = PartialFile.name(beside: place)
    // Also after renaming: renaming one name of a file to another of the same file does nothing.
    defer { if partial.status != nil { unlink(partial.bytes) } }
    try check(create(partial), path, .link)
    try check(rename(partial.bytes, place.bytes), path, .rename)
    try syncDirectory(place.directory)
  }

  /// Reads a file.
  ///
  /// - Parameter accepts: called with the first `headerCount` bytes, or all, and the size of the file, before the rest
  ///   is read; an error stops the reading.
  /// - Throws: `FileError`, or what `accepts` throws.
  package static func read(
    _ path: String, headerCount: Int = 0,
    accepts: (_ header: ArraySlice<UInt8>, _ size: Int) throws -> Void = { _, _ in }
  ) throws -> [UInt8] {
    // Without O_NONBLOCK, opening a pipe would block until there is a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(path: path, operation: .read, reason: "it is not a file")
    }
    let size = Int(status.st_size)
    if headerCount > 0 {
      try accepts(try read(min(headerCount, size), of: descriptor, path)[...], size)
      guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw unreadable(path) }
    }
    guard Memory.canHold(size) else {
      throw FileError(path: path, operation: .read, reason: "its \(size) bytes do not fit in memory")
    }
    return try read(size, of: descriptor, path)
  }

  /// The first `count` bytes of a file, or all; nil if it does not exist or cannot be read.
  package static func start(of path: String, count: Int) -> [UInt8]? {
    guard isFile(path) else { return nil }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return try? read(count, of: descriptor, path)
  }

  /// Reads `size` bytes, or up to the end.
  private static func read(_ size: Int, of descriptor: Int32, _ path: String) throws -> [UInt8] {
    // The standard library shares one empty array among all threads, and its count would be written here.
    guard size > 0 else { return [] }
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let received = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        if received < 0, errno == EINTR { continue }
        if received < 0 { failure = unreadable(path) }
        guard received > 0 else { return }
        count += received
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// All names in a directory; empty if it does not exist. Names that are not UTF-8 are for messages only.
  ///
  /// - Throws: `FileError` if the listing is incomplete.
  package static func names(in directory: String) throws -> [String] { try RawPath(directory).names().map(\.text) }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether an open file is the one at a path.
  static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (open, named) = (stat(), stat())
    return fstat(descriptor, &open) == 0 && stat(path, &named) == 0 && open.st_ino == named.st_ino
      && open.st_dev == named.st_dev
  }

  /// Whether an open file is the one at a path, without following a link.
  static func isSame(_ descriptor: Int32, _ path: RawPath) -> Bool {
    var open = stat()
    guard fstat(descriptor, &open) == 0, let named = path.status else { return false }
    return open.st_ino == named.st_ino && open.st_dev == named.st_dev
  }

  /// Creates a directory with its parents.
  ///
  /// - Throws: `FileError`, also if a file of that name exists.
  package static func createDirectory(_ path: String) throws {
    var parent = path.hasPrefix("/") ? "" : "."
    for step in path.split(separator: "/") {
      parent += "/\(step)"
      if mkdir(parent, 0o777) == 0 {
        // A file in it is no more durable than the directory itself.
        try syncDirectory(RawPath(parent).directory)
      } else if errno != EEXIST {
        try check(-1, path, .createDirectory)
      }
    }
    var status = stat()
    if stat(path, &status) != 0 { try check(-1, path, .createDirectory) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(path: path, operation: .createDirectory, reason: "a file of that name exists")
    }
  }

  /// Sets owner and mode as far as the system allows; an error does not prevent the write.
  private static func give(_ descriptor: Int32, ownerAndModeOf old: stat) {
    if old.st_uid != geteuid() || old.st_gid != getegid() { _ = fchown(descriptor, old.st_uid, old.st_gid) }
    _ = fchmod(descriptor, old.st_mode & 0o777)
  }

  /// Writes all bytes, in as many calls as needed.
  ///
  /// - Parameters:
  ///   - written: the number of bytes written so far.
  ///   - path: the file's name in messages.
  ///   - patience: how long to wait for a full pipe to be read, in milliseconds; -1 for no limit.
  static func write(
    _ bytes: UnsafeRawBufferPointer, _ written: inout Int, to descriptor: Int32, for path: String, patience: Int32
  ) throws {
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        try waitUntilWritable(descriptor, for: path, patience: patience)
        continue
      }
      try check(Int32(truncatingIfNeeded: min(count, 1)), path, .write)
      written += count
    }
  }

  /// Writes all bytes, waiting for the reader of a full pipe.
  static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, for path: String) throws {
    var written = 0
    try write(bytes, &written, to: descriptor, for: path, patience: -1)
  }

  /// Checks that the file system has room for a file, before a write that could not complete.
  static func checkSpace(for count: Int, _ path: String, _ directory: RawPath) throws {
    var status = statvfs()
    // If the system does not report it, the write decides.
    guard statvfs(directory.bytes, &status) == 0, status.f_blocks > 0 else { return }
    let blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail
    let free = Int(clamping: UInt64(blocks) * UInt64(status.f_frsize))
    guard free >= count else {
      throw FileError(
        path: path, operation: .write, reason: "\(count) bytes are needed, the file system has \(free) left")
    }
  }

  static func syncDirectory(_ directory: RawPath) throws {
    let descriptor = open(directory.bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try check(descriptor, directory.text, .sync)
    defer { close(descriptor) }
    try check(fsync(descriptor), directory.text, .sync)
  }

  private static func check(_ status: Int32, _ path: String, _ operation: FileError.Operation) throws {
    guard status >= 0 else {
      throw FileError(path: path, operation: operation)
    }
  }

  private static func unreadable(_ path: String) -> FileError { FileError(path: path, operation: .read) }
}
