import Glibc

/// Large files, written block by block.
extension AtomicFile {
  /// Replaces or creates `path` with a file of a known size, which survives a power loss once this returns.
  ///
  /// - Parameter fill: writes every byte of the file; several threads may write at once.
  /// - Throws: `FileError`, also if there is no room for it, or what `fill` throws; `path` is unchanged then.
  package static func create(_ path: String, size: Int, fill: (BlockWriter) throws -> Void) throws {
    let target = RawPath(path)
    PartialFile.removeStale(in: target.directory, isAlone: false)
    try checkSpace(for: size, path, target.directory)
    let partial = try PartialFile(beside: target, mode: 0o666, for: path)
    do {
      try reserve(size, of: partial.descriptor, path)
      try fill(BlockWriter(descriptor: partial.descriptor, path: path))
      guard fsync(partial.descriptor) == 0 else { throw FileError(path: path, operation: .sync) }
      guard rename(partial.path.bytes, target.bytes) == 0 else { throw FileError(path: path, operation: .rename) }
    } catch {
      unlink(partial.path.bytes)
      throw error
    }
    try syncDirectory(target.directory)
  }

  /// Allocates a file's blocks, so that a full disk is noticed before anything is computed.
  private static func reserve(_ size: Int, of descriptor: Int32, _ path: String) throws {
    switch posix_fallocate(descriptor, 0, size) {
    case 0: return
    case EOPNOTSUPP, EINVAL, ENOSYS:
      guard ftruncate(descriptor, size) == 0 else { throw FileError(path: path, operation: .write) }
    case let error: throw FileError(path: path, operation: .write, error: error)
    }
  }
}

/// Writes blocks of a file that is being created.
package struct BlockWriter: Sendable {
  fileprivate let descriptor: Int32
  fileprivate let path: String

  /// Writes bytes at an offset.
  ///
  /// - Throws: `FileError`.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    var written = 0
    while written < bytes.count {
      let count = pwrite(
        descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written, offset + written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError(path: path, operation: .write) }
      written += count
    }
  }
}
