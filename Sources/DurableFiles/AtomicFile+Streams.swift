import Glibc

/// Streams: paths that are written to instead of replaced, such as a pipe, a terminal or another device.
extension AtomicFile {
  /// Whether `path` exists and is neither a file nor a directory.
  package static func isStream(_ path: String) -> Bool { kind(path).map { ![S_IFREG, S_IFDIR].contains($0) } ?? false }

  /// Whether `path` is a regular file.
  package static func isFile(_ path: String) -> Bool { kind(path) == S_IFREG }

  package static func isDirectory(_ path: String) -> Bool { kind(path) == S_IFDIR }

  /// Writes the bytes to a stream.
  static func writeThrough(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
    let descriptor = try openStream(path, or: .write)
    defer { close(descriptor) }
    try write(bytes, to: descriptor, for: path)
  }

  /// Opens a stream, or a file, for writing.
  ///
  /// A pipe without a reader is refused: without O_NONBLOCK, opening it would block until there is one.
  ///
  /// - Parameters:
  ///   - flags: in addition to those for every stream.
  ///   - operation: the operation in the error if it cannot be opened.
  static func openStream(_ path: String, _ flags: Int32 = 0, or operation: FileError.Operation) throws -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | flags, 0o666)
    guard descriptor < 0 else { return descriptor }
    let error = errno
    if error == ENXIO, kind(path) == S_IFIFO { throw unread(path) }
    throw FileError(path: path, operation: operation, error: error)
  }

  /// - Throws: `FileError` if it does not become writable in time.
  static func waitUntilWritable(_ descriptor: Int32, for path: String, patience: Int32) throws {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    // Other errors are reported by the next write.
    guard poll(&request, 1, patience) != 0 else { throw unread(path) }
  }

  static func unread(_ path: String) -> FileError {
    FileError(path: path, operation: .write, reason: "it is a pipe without a reader")
  }

  /// The file type of `path`; nil if it does not exist.
  private static func kind(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
