import Glibc

/// Whether something could be written, as far as that can be known without doing it.
extension WholeFile {
  /// - Throws: `FileError` if no file could be written to `path`.
  package static func checkWritable(_ path: String) throws {
    if isDirectory(path) { throw FileError(path: path, operation: .write, reason: "it is a directory") }
    // What is no file takes bytes as they come; a file is replaced by another one of its directory.
    let target = isStream(path) ? path : RawPath(path).directory.text
    guard access(target, W_OK) == 0 else { throw FileError(path: path, operation: exists(path) ? .write : .create) }
  }

  /// - Throws: `FileError` if files could not be written to the directory, or it could not be made.
  package static func checkWritableDirectory(_ path: String) throws {
    var ancestor = path
    while !exists(ancestor), ancestor != "/", ancestor != "." { ancestor = RawPath(ancestor).directory.text }
    let operation: FileError.Operation = ancestor == path ? .write : .createDirectory
    guard isDirectory(ancestor) else {
      let reason = ancestor == path ? "a file stands there" : String(cString: strerror(ENOTDIR))
      throw FileError(path: path, operation: .createDirectory, reason: reason)
    }
    guard access(ancestor, W_OK | X_OK) == 0 else { throw FileError(path: path, operation: operation) }
  }
}
