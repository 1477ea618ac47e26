import Glibc

/// Large files, written block by block.
extension AtomicFile {
  /// Replaces or creates `path` with a file of a known size, which survives a power loss once this returns.
  ///
  /// - Parameter fill: writes every byte of the file; several threads may write at once.
  /// - Throws: `FileError`, also if there is no room for it, or what `fill` throws; `path` is unchanged then.
  package static func create(_ path: String, size: Int, fill: (BlockWriter) throws -> Void) throws {
    try create(in: RawPath(path).directory, for: path, size: size) { writer in
      try fill(writer)
      return path
    }
  }

  /// Creates a file whose name depends on its contents; see `create(_:size:fill:)`.
  ///
  /// - Parameter fill: also returns the name of the file; nil if it is not needed after all.
  package static func create(
    in directory: String, size: Int, fill: (BlockWriter) throws -> String?
  ) throws {
    try create(in: RawPath(directory), for: "\(directory)/*", size: size) { writer in
      try fill(writer).map { "\(directory)/\($0)" }
    }
  }

  /// - Parameter path: the file's name in messages.
  private static func create(
    in directory: RawPath, for path: String, size: Int, fill: (BlockWriter) throws -> String?
  ) throws {
    PartialFile.removeStale(in: directory, isAlone: false)
    try checkSpace(for: size, path, directory)
    let partial = try PartialFile(beside: directory.appending("x"), mode: 0o666, for: path)
    do {
      try reserve(size, of: partial.descriptor, path)
      guard let target = try fill(BlockWriter(descriptor: partial.descriptor, path: path)) else {
        unlink(partial.path.bytes)
        return
      }
      guard fsync(partial.descriptor) == 0 else { throw FileError(path: target, operation: .sync) }
      guard rename(partial.path.bytes, RawPath(target).bytes) == 0 else {
        throw FileError(path: target, operation: .rename)
      }
    } catch {
      unlink(partial.path.bytes)
      throw error
    }
    try syncDirectory(directory)
  }

  /// Removes a file that no process holds locked; see `MappedFile.init(path:isLocked:)`.
  ///
  /// - Returns: whether it was removed.
  @discardableResult
  package static func removeIfUnused(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, isSame(descriptor, RawPath(path)) else { return false }
    return unlink(path) == 0
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
