import DurableFiles
import Synchronization

/// The images of a gzip IDX file, unpacked row by row in bounded memory: to be converted once into a cache file.
struct IDXStream: StoredArray {
  let place: String
  let shape: [Int]
  /// The compressed file.
  let file: MappedFile?
  private let position = Position()

  /// The open file and the next row.
  private final class Position: @unchecked Sendable {
    // Sendable: the lock is held while the others are used.
    let lock = Mutex(())
    var stream: UnpackedStream?
    var nextRow = 0
  }

  /// - Throws: `FileError` or `DatasetError` with the path and what is wrong.
  init(_ file: MappedFile) throws {
    (place, self.file) = (file.path, file)
    let start = try Self.start(of: UnpackedStream(path: file.path))
    let header = try IDXHeader(start, path: file.path, content: .images)
    let declared = try header.fileCount(heldBy: file.bytes.count * GzipReader.largestRatio)
    try GzipReader.checkRatio(declared, packed: file.bytes.count, path: file.path)
    shape = header.sizes
  }

  private static func start(of stream: UnpackedStream) throws -> [UInt8] {
    var start = [UInt8](repeating: 0, count: FileKind.prefixCount)
    let count = try start.withUnsafeMutableBytes { try stream.read(into: $0) }
    return Array(start.prefix(count))
  }

  var name: String { place }
  var type: StoredNumber { .byte }
  var offset: Int? { nil }

  /// Reads rows: those after the last ones as they come, others from the start of the file.
  ///
  /// The last row is followed by the end of the file, whose checksum is verified there.
  func read(rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    try position.lock.withLock { _ in
      let stream = try stream(before: rows.lowerBound)
      // After an error the next read starts anew.
      position.stream = nil
      try skip((rows.lowerBound - position.nextRow) * rowLength, of: stream)
      try fill(output, from: stream)
      if rows.upperBound == rowCount { try checkEnd(stream) }
      (position.stream, position.nextRow) = (stream, rows.upperBound)
    }
  }

  /// The stream at the next row, or at the first one if that has passed.
  private func stream(before row: Int) throws -> UnpackedStream {
    if let stream = position.stream, position.nextRow <= row { return stream }
    let stream = try UnpackedStream(path: place)
    try skip(4 + 4 * shape.count, of: stream)
    position.nextRow = 0
    return stream
  }

  private func skip(_ count: Int, of stream: UnpackedStream) throws {
    guard count > 0 else { return }
    var rest = count
    try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
      while rest > 0 {
        let size = min(rest, buffer.count)
        try fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<size]), from: stream)
        rest -= size
      }
    }
  }

  private func fill(_ output: UnsafeMutableRawBufferPointer, from stream: UnpackedStream) throws {
    guard try stream.read(into: output) == output.count else {
      throw damaged("truncated: it has fewer than the \(valueCount) values that its header declares")
    }
  }

  private func checkEnd(_ stream: UnpackedStream) throws {
    let rest = try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try stream.read(into: $0) }
    guard rest == 0 else {
      throw damaged("too long: it has extra bytes after the \(valueCount) values that its header declares")
    }
  }
}
