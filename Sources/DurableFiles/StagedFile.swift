import Glibc

/// A file that is written piece by piece, and complete or absent: it has a temporary name until `commit`.
///
/// Without a commit the temporary file is removed when the object is deallocated.
package final class StagedFile {
  /// The path of the complete file.
  package let path: String
  private let target: RawPath
  private let partial: PartialFile
  private var isCommitted = false

  /// Creates the temporary file, in the directory of the complete one.
  ///
  /// - Throws: `FileError`, also if `path` is a directory, a pipe or a device.
  package init(_ path: String) throws {
    if AtomicFile.isDirectory(path) { throw FileError(path: path, operation: .write, reason: "it is a directory") }
    if AtomicFile.isStream(path) {
      throw FileError(path: path, operation: .write, reason: "it is not a file, and its format is not written in order")
    }
    self.path = path
    target = RawPath(path).resolved
    PartialFile.removeStale(in: target.directory, isAlone: false)
    let old = target.status.flatMap { $0.st_mode & S_IFMT == S_IFREG ? $0 : nil }
    partial = try PartialFile(beside: target, mode: old.map { $0.st_mode & 0o777 } ?? 0o666, for: path)
  }

  deinit {
    if !isCommitted { unlink(partial.path.bytes) }
  }

  /// The path of the temporary file, for a library that writes files itself. Nothing is written to it until then.
  package var temporaryPath: String { partial.path.text }

  /// Releases the lock that marks the temporary file as in use, for a library that locks the file itself.
  package func releaseLock() { flock(partial.descriptor, LOCK_UN) }

  /// Appends bytes.
  ///
  /// - Throws: `FileError`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(partial.descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError(path: path, operation: .write) }
      written += count
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: `FileError`.
  package func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  /// Replaces bytes that were written before.
  ///
  /// - Throws: `FileError`.
  package func replace(_ bytes: [UInt8], at offset: Int) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(partial.descriptor, $0.baseAddress.map { $0 + written }, $0.count - written, off_t(offset + written))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError(path: path, operation: .write) }
      written += count
    }
  }

  /// Writes everything through to the disk: what can fail for lack of space fails here, before `commit`.
  ///
  /// - Throws: `FileError`.
  package func sync() throws {
    guard fsync(partial.descriptor) == 0 else { throw FileError(path: path, operation: .sync) }
  }

  /// Gives the file its name, which survives a power loss once this returns.
  ///
  /// - Throws: `FileError`; `path` is unchanged then.
  package func commit() throws {
    try sync()
    guard rename(partial.path.bytes, target.bytes) == 0 else { throw FileError(path: path, operation: .rename) }
    isCommitted = true
    try AtomicFile.syncDirectory(target.directory)
  }
}
