import Glibc

/// Checks of writability, by trying and undoing it. Permissions are not sufficient: root has all, and still cannot
/// write to /proc or to a read-only disk.
extension AtomicFile {
  /// Checks that a file can be written to `path`.
  ///
  /// - Throws: `FileError` if not.
  package static func checkWritable(_ path: String) throws {
    if isDirectory(path) { throw FileError(path: path, operation: .write, reason: "it is a directory") }
    // Streams accept bytes directly, and opening one may have effects at its other end.
    if isStream(path) {
      guard access(path, W_OK) == 0 else { throw FileError(path: path, operation: .write) }
      return
    }
    if exists(path) { close(try openStream(path, O_APPEND, or: .create)) }
    // A file is replaced by another one in its directory.
    try tryFile(beside: RawPath(path).resolved, for: path)
  }

  /// Creates a file and removes it.
  private static func tryFile(beside target: RawPath, for path: String) throws {
    let partial = try PartialFile(beside: target, mode: 0o600, for: path)
    unlink(partial.path.bytes)
  }

  /// Checks that a directory can be created and written to.
  ///
  /// - Throws: `FileError` if not.
  package static func checkWritableDirectory(_ path: String) throws {
    var ancestor = path
    while !exists(ancestor), ancestor != "/", ancestor != "." { ancestor = RawPath(ancestor).directory.text }
    guard isDirectory(ancestor) else {
      let reason = ancestor == path ? "a file of that name exists" : String(cString: strerror(ENOTDIR))
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
