import Glibc

/// What stands where a file is to be written, and cannot be replaced: a pipe, a terminal, another device.
extension WholeFile {
  /// Whether something stands at `path` that is neither a file nor a directory.
  package static func isStream(_ path: String) -> Bool { kind(path).map { ![S_IFREG, S_IFDIR].contains($0) } ?? false }

  /// Whether a file is there, and not a directory, a device or a pipe.
  package static func isFile(_ path: String) -> Bool { kind(path) == S_IFREG }

  package static func isDirectory(_ path: String) -> Bool { kind(path) == S_IFDIR }

  /// Writes the bytes as they come.
  static func writeThrough(_ bytes: [UInt8], to path: String) throws {
    let descriptor = try openStream(path, or: .write)
    defer { close(descriptor) }
    try write(bytes, to: descriptor, for: path)
  }

  /// Opens a stream, or a file, to write to.
  ///
  /// A pipe that nobody reads is refused: without O_NONBLOCK, opening it waits until somebody does.
  ///
  /// - Parameters:
  ///   - flags: besides those that every stream is opened with.
  ///   - operation: what cannot be done if it cannot be opened.
  static func openStream(_ path: String, _ flags: Int32 = 0, or operation: FileError.Operation) throws -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | flags, 0o666)
    guard descriptor < 0 else { return descriptor }
    let error = errno
    if error == ENXIO, kind(path) == S_IFIFO { throw unread(path) }
    throw FileError(path: path, operation: operation, error: error)
  }

  /// - Throws: `FileError` if nobody makes room for a byte in time.
  static func waitUntilWritable(_ descriptor: Int32, for path: String, patience: Int32) throws {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    // What else is wrong, the next write says.
    guard poll(&request, 1, patience) != 0 else { throw unread(path) }
  }

  static func unread(_ path: String) -> FileError {
    FileError(path: path, operation: .write, reason: "it is a pipe that nobody reads")
  }

  /// What stands at `path`; nil for nothing.
  private static func kind(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }
}
