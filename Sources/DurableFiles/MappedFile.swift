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
  /// Whether every later change of the contents, also one through another mapping, changes the stamp: only then can
  /// something be remembered of the contents under the stamp.
  package let hasTellingStamp: Bool
  private let faults: MappedFileFaults.Registration?
  /// Holds the lock; nil without one.
  private let locked: Int32?

  /// - Parameters:
  ///   - isLocked: whether to hold a shared lock on the file as long as the object lives, so that
  ///     `AtomicFile.removeIfUnused` leaves it alone.
  ///   - now: the present time, in nanoseconds since 1970.
  /// - Throws: `FileError` if the file cannot be read or is not a regular file.
  package init(path: String, isLocked: Bool = false, now: Int = FileStamp.now()) throws {
    self.path = path
    // Without O_NONBLOCK, opening a pipe would block until there is a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .read) }
    var isKept = false
    defer { if !isKept { close(descriptor) } }
    // A write through a mapping changes the file's time only if its page is clean: afterwards all of them are, except
    // on file systems in memory, whose pages are never written.
    let isClean = fsync(descriptor) == 0
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, operation: .read) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(path: path, operation: .read, reason: "it is not a file")
    }
    stamp = FileStamp(status)
    hasTellingStamp =
      isClean && stamp.isSettled(now: now) && MountedFileSystem.writesPages(device: UInt64(status.st_dev))
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
