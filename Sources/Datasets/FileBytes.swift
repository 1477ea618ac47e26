import Glibc

/// Reads whole files, with the system's own word for what went wrong.
enum FileBytes {
  /// - Throws: `DatasetError.unreadable`.
  static func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError.unreadable(path: path, reason: "it is not a file")
    }
    let size = Int(status.st_size)
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let received = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        if received < 0, errno == EINTR { continue }
        guard received > 0 else {
          failed = received < 0
          return
        }
        count += received
      }
    }
    if failed { throw unreadable(path) }
    return bytes
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func unreadable(_ path: String) -> DatasetError {
    .unreadable(path: path, reason: String(cString: strerror(errno)))
  }
}
