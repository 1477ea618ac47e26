import Glibc

/// A file that is read from start to end, in parts.
package final class FileReader {
  /// The path of the file.
  package let path: String
  /// The size in bytes when it was opened.
  package let size: Int
  private let descriptor: Int32

  /// - Throws: `FileError` if the file cannot be read or is not a regular file.
  package init(path: String) throws {
    self.path = path
    // Without O_NONBLOCK, opening a pipe would block until there is a writer.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, operation: .read) }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
      let error = FileError(path: path, operation: .read)
      close(descriptor)
      throw isKnown ? FileError(path: path, operation: .read, reason: "it is not a file") : error
    }
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Reads the next bytes.
  ///
  /// - Returns: the number of bytes: less than the size of `buffer` only at the end of the file.
  /// - Throws: `FileError`.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var count = 0
    while count < buffer.count {
      let received = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
      if received < 0, errno == EINTR { continue }
      guard received >= 0 else { throw FileError(path: path, operation: .read) }
      if received == 0 { break }
      count += received
    }
    return count
  }
}
