import Glibc

/// Whether something could be written: tried, and taken back at once. A right says little: root has all of them, and may
/// write nothing to /proc or to a disk that is read-only.
extension WholeFile {
  /// - Throws: `FileError` if no file could be written to `path`.
  package static func checkWritable(_ path: String) throws {
    if isDirectory(path) { throw FileError(path: path, operation: .write, reason: "it is a directory") }
    // What is no file takes bytes as they come, and opening it may be noticed at its other end.
    if isStream(path) {
      guard access(path, W_OK) == 0 else { throw FileError(path: path, operation: .write) }
      return
    }
    if exists(path) { close(try openStream(path, O_APPEND, or: .create)) }
    // A file is replaced by another one of its directory.
    try tryFile(beside: RawPath(path).resolved, for: path)
  }

  /// Creates a file, and removes it.
  private static func tryFile(beside target: RawPath, for path: String) throws {
    let partial = try PartialFile(beside: target, mode: 0o600, for: path)
    unlink(partial.path.bytes)
  }

  /// - Throws: `FileError` if files could not be written to the directory, or it could not be made.
  package static func checkWritableDirectory(_ path: String) throws {
    var ancestor = path
    while !exists(ancestor), ancestor != "/", ancestor != "." { ancestor = RawPath(ancestor).directory.text }
    guard isDirectory(ancestor) else {
      let reason = ancestor == path ? "a file stands there" : String(cString: strerror(ENOTDIR))
      throw FileError(path: path, operation: .createDirectory, reason: reason)
    }
    let place = RawPath(ancestor).appending("x")
    if ancestor == path {
      do {
        try tryFile(beside: place, for: path)
      } catch let error as FileError {
        throw FileError(path: path, operation: .write, reason: error.reason)
      }
    } else {
      let name = PartialFile.name(beside: place)
      guard mkdir(name.bytes, 0o700) == 0 else { throw FileError(path: path, operation: .createDirectory) }
      rmdir(name.bytes)
    }
  }
}
