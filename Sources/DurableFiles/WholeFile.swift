import Glibc
import Machine

/// Files that are whole or absent: written beside, synced, renamed.
public enum WholeFile {
  /// The suffix of files that are being written; one that is left over is of no use to anybody.
  public static let partialSuffix = ".partial"

  /// Replaces or creates `path` with `bytes`, so that they survive a power cut once this returns.
  ///
  /// A link keeps its place: the file that it leads to is replaced. A device or a pipe is no file that could be
  /// replaced: it takes the bytes as they come.
  ///
  /// - Throws: `FileError`; what stood at `path` still stands there then.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    guard !isStream(path) else { return try writeThrough(bytes, to: path) }
    let target = resolved(path)
    // A name of its own: another process may be writing the same file.
    let partial = "\(target).\(String(UInt32.random(in: 0 ... .max), radix: 16))\(partialSuffix)"
    try checkSpace(for: bytes.count, target)
    do {
      try writeSynced(bytes, to: partial, for: path)
      try check(rename(partial, target), path, .rename)
    } catch {
      unlink(partial)
      throw error
    }
    try syncDirectory(of: target)
  }

  /// Makes `path` a symbolic link to `target`, in one move.
  ///
  /// - Throws: `FileError`; what stood at `path` still stands there then.
  public static func link(_ path: String, to target: String) throws {
    let partial = "\(path)\(partialSuffix)"
    unlink(partial)
    do {
      try check(symlink(target, partial), path, .link)
      try check(rename(partial, path), path, .rename)
    } catch {
      unlink(partial)
      throw error
    }
    try syncDirectory(of: path)
  }

  /// All bytes of a file.
  ///
  /// - Throws: `FileError`.
  public static func read(_ path: String) throws -> [UInt8] {
    // Without O_NONBLOCK, opening a pipe waits until somebody writes to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(path: path, operation: .read, reason: "it is not a file")
    }
    let size = Int(status.st_size)
    guard Memory.canHold(size) else {
      throw FileError(path: path, operation: .read, reason: "its \(size) bytes do not fit in memory")
    }
    // An array of capacity 0 is the standard library's one for all threads, and its count would be written here.
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

  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether an open file is the one that a path names.
  static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (open, named) = (stat(), stat())
    return fstat(descriptor, &open) == 0 && stat(path, &named) == 0 && open.st_ino == named.st_ino
      && open.st_dev == named.st_dev
  }

  /// Creates a directory, and those above it.
  ///
  /// - Throws: `FileError`, also if a file stands there.
  public static func createDirectory(_ path: String) throws {
    var parent = path.hasPrefix("/") ? "" : "."
    for step in path.split(separator: "/") {
      parent += "/\(step)"
      if mkdir(parent, 0o777) == 0 {
        // A file in it survives no longer than the directory itself.
        try syncDirectory(of: parent)
      } else if errno != EEXIST {
        try check(-1, path, .createDirectory)
      }
    }
    var status = stat()
    if stat(path, &status) != 0 { try check(-1, path, .createDirectory) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw FileError(path: path, operation: .createDirectory, reason: "a file stands there")
    }
  }

  /// Where the links of `path` lead; `path` itself if nothing is there.
  private static func resolved(_ path: String) -> String {
    guard let target = realpath(path, nil) else { return path }
    defer { free(target) }
    return String(cString: target)
  }

  /// - Parameter path: what messages call the file.
  private static func writeSynced(_ bytes: [UInt8], to partial: String, for path: String) throws {
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    try check(descriptor, path, .create)
    defer { close(descriptor) }
    try write(bytes, to: descriptor, for: path)
    try check(fsync(descriptor), path, .sync)
  }

  /// Writes all bytes, however many calls that takes.
  ///
  /// - Parameters:
  ///   - written: how many of them are written.
  ///   - path: what messages call the file.
  ///   - patience: how long a pipe that is full may take until somebody reads on, in milliseconds.
  static func write(
    _ bytes: [UInt8], _ written: inout Int, to descriptor: Int32, for path: String, patience: Int32
  ) throws {
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        try waitUntilWritable(descriptor, for: path, patience: patience)
        continue
      }
      try check(Int32(truncatingIfNeeded: min(count, 1)), path, .write)
      written += count
    }
  }

  /// Writes all bytes, and waits a minute for whoever reads them and has stopped.
  static func write(_ bytes: [UInt8], to descriptor: Int32, for path: String) throws {
    var written = 0
    try write(bytes, &written, to: descriptor, for: path, patience: 60_000)
  }

  /// Whether the file system has room for a file, before one is begun that cannot be finished.
  private static func checkSpace(for count: Int, _ path: String) throws {
    var status = statvfs()
    // What the system does not say is left to the write.
    guard statvfs(directory(of: path), &status) == 0, status.f_blocks > 0 else { return }
    let blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail
    let free = Int(clamping: UInt64(blocks) * UInt64(status.f_frsize))
    guard free >= count else {
      throw FileError(
        path: path, operation: .write, reason: "\(count) bytes are needed, the file system has \(free) left")
    }
  }

  /// The name of the directory that `path` lies in.
  private static func directory(of path: String) -> String {
    let directory = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    return directory.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : directory
  }

  private static func syncDirectory(of path: String) throws {
    let name = directory(of: path)
    let descriptor = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    try check(descriptor, name, .sync)
    defer { close(descriptor) }
    try check(fsync(descriptor), name, .sync)
  }

  private static func check(_ status: Int32, _ path: String, _ operation: FileError.Operation) throws {
    guard status >= 0 else {
      throw FileError(path: path, operation: operation)
    }
  }

  private static func unreadable(_ path: String) -> FileError { FileError(path: path, operation: .read) }
}
