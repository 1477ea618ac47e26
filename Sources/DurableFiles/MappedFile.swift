import Glibc

/// A file mapped into memory for reading: the page cache holds what was read, and gives it up when memory is short.
///
/// If the file becomes shorter while it is mapped, or its disk fails, reading it ends the process: see
/// `MappedFileFaults`.
package final class MappedFile: @unchecked Sendable {
  // Sendable: the mapping is read-only, and lives as long as the object.
  /// The path of the file.
  package let path: String
  /// The contents of the file.
  package let bytes: UnsafeRawBufferPointer
  /// The state of the file when it was mapped.
  package let stamp: FileStamp
  private let faults: MappedFileFaults.Registration?
  /// Holds the lock; nil without one.
  private let locked: Int32?

  /// - Parameter isLocked: whether to hold a shared lock on the file as long as the object lives, so that
  ///   `AtomicFile.removeIfUnused` leaves it alone.
  /// - Throws: `FileError` if the file cannot be read or is not a regular file.
  package init(path: String, isLocked: Bool = false) throws {
    self.path = path
    // Without O_NONBLOCK, opening a pipe would block until there is a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .read) }
    var isKept = false
    defer { if !isKept { close(descriptor) } }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, operation: .read) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(path: path, operation: .read, reason: "it is not a file")
    }
    stamp = FileStamp(status)
    let size = Int(status.st_size)
    guard size > 0 else {
      locked = nil
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      faults = nil
      return
    }
    guard let start = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED else {
      throw FileError(path: path, operation: .read)
    }
    // On a file system without locks the mapping itself keeps the contents.
    isKept = isLocked && flock(descriptor, LOCK_SH | LOCK_NB) == 0
    locked = isKept ? descriptor : nil
    bytes = UnsafeRawBufferPointer(start: start, count: size)
    faults = MappedFileFaults.register(bytes, path: path)
  }

  deinit {
    guard let start = bytes.baseAddress else { return }
    faults.map(MappedFileFaults.unregister)
    munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    if let locked { close(locked) }
  }
}
