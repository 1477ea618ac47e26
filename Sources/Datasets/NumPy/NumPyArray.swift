import DurableFiles
import Synchronization
import SystemResources
import ZipArchive

/// An array of an `.npy` file, by itself or in an archive.
struct NumPyArray: StoredArray {
  /// Where the bytes of the `.npy` file are.
  private enum Content: Sendable {
    /// As they are: the file is a range of these bytes.
    case plain(FileBytes, Range<Int>, ZipContent?)
    case deflated(ZipContent, SequentialReader)
    /// Unpacked in memory.
    case unpacked([UInt8])
  }

  let place: String
  let name: String
  let header: NumPyHeader
  private let content: Content

  /// An array in memory.
  ///
  /// - Throws: `DatasetError.damaged`.
  init(_ bytes: [UInt8], place: String) throws {
    try self.init(FileBytes(bytes), place: place, name: place)
  }

  /// A file of its own, in memory or mapped.
  ///
  /// - Throws: `DatasetError.damaged`.
  init(_ bytes: FileBytes, place: String, name: String) throws {
    (self.place, self.name) = (place, name)
    header = try Self.header(Array(bytes.prefix(NumPyHeader.largestStart)), fileCount: bytes.count, place)
    content = .plain(bytes, 0..<bytes.count, nil)
  }

  /// A member of an archive.
  ///
  /// - Throws: `DatasetError.damaged`, `ZipError`.
  init(_ member: ZipContent, place: String, name: String) throws {
    (self.place, self.name) = (place, name)
    let start = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(member.count, NumPyHeader.largestStart), alignment: 1)
    defer { start.deallocate() }
    var reader = ZipContentReader(member)
    try reader.read(into: start)
    header = try Self.header(Array(start), fileCount: member.count, place)
    if !member.isDeflated {
      content = .plain(member.bytes, member.range, member)
    } else if header.isFortranOrder, header.shape.count > 1 {
      // Rows are scattered over the whole member.
      guard Memory.canHold(member.count) else {
        throw DatasetError.damaged(
          path: place,
          reason: "is compressed in Fortran order, and its \(member.count) bytes do not fit in memory; save it with "
            + "numpy.ascontiguousarray")
      }
      content = .unpacked(try Self.unpacked(member))
    } else {
      content = .deflated(member, SequentialReader(member))
    }
  }

  private static func header(_ start: [UInt8], fileCount: Int, _ place: String) throws -> NumPyHeader {
    do { return try NumPyHeader(start, fileCount: fileCount) } catch let problem as NumPyHeader.Problem {
      throw DatasetError.damaged(path: place, reason: problem.reason)
    }
  }

  private static func unpacked(_ member: ZipContent) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: member.count)
    var reader = ZipContentReader(member)
    try bytes.withUnsafeMutableBytes { try reader.read(into: $0) }
    try reader.finish()
    return bytes
  }

  var shape: [Int] { header.shape }
  var type: StoredNumber { header.type }

  var file: MappedFile? {
    switch content {
    case .plain(let bytes, _, _): bytes.file
    case .deflated(let member, _): member.bytes.file
    case .unpacked: nil
    }
  }

  var offset: Int? {
    guard case .plain(let bytes, let range, _) = content, bytes.file != nil, isRowMajor else { return nil }
    return range.lowerBound + header.count
  }

  /// Whether the rows are stored one after the other.
  private var isRowMajor: Bool { !header.isFortranOrder || shape.count < 2 }

  var hasChecksum: Bool {
    guard case .plain(_, _, let member) = content else { return false }
    return member != nil
  }

  func verify(_ progress: (_ done: Int, _ total: Int) -> Void) throws {
    guard case .plain(_, _, let member) = content else { return }
    try member?.verify(progress)
  }

  // MARK: - Rows

  /// Columns of an array in Fortran order are read at once; a band of its rows touches all of them.
  var rowsPerRead: Int { isRowMajor ? 1 : max(min(rowCount, (64 << 20) / max(rowLength * type.size, 1)), 1) }

  func read(rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    let rowSize = rowLength * type.size
    let part = header.count + rows.lowerBound * rowSize..<header.count + rows.upperBound * rowSize
    switch content {
    case .deflated(_, let reader): try reader.read(part, into: output)
    case .plain(let bytes, let range, _):
      guard isRowMajor else {
        return bytes.withUnsafeBytes(range) { gather(rows, of: $0, into: output) }
      }
      bytes.withUnsafeBytes(range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound) {
        output.copyMemory(from: $0)
      }
    case .unpacked(let bytes): bytes.withUnsafeBytes { gather(rows, of: $0, into: output) }
    }
  }

  /// Copies rows of an array in Fortran order, in which the first index changes fastest.
  private func gather(
    _ rows: Range<Int>, of file: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) {
    let (size, length) = (type.size, rowLength)
    var index = [Int](repeating: 0, count: shape.count)
    // The strides of Fortran order along each axis, in elements.
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var source = 0
    // The positions in a row, in row-major order; of each, the values of all rows are adjacent.
    for position in 0..<length {
      let start = header.count + (source + rows.lowerBound) * size
      for row in 0..<rows.count {
        for byte in 0..<size { output[(row * length + position) * size + byte] = file[start + row * size + byte] }
      }
      for axis in (1..<shape.count).reversed() {
        index[axis] += 1
        source += strides[axis]
        guard index[axis] == shape[axis] else { break }
        source -= strides[axis] * shape[axis]
        index[axis] = 0
      }
    }
  }
}

/// Reads a deflated member from start to end; going back starts again.
private final class SequentialReader: @unchecked Sendable {
  // Sendable: the reader is only used under the lock.
  private let member: ZipContent
  private var reader: ZipContentReader
  private let lock = Mutex(())

  init(_ member: ZipContent) {
    self.member = member
    reader = ZipContentReader(member)
  }

  /// Reads a range of the contents. The end of the contents is compared with their checksum.
  func read(_ range: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    try lock.withLock { _ in
      if reader.position > range.lowerBound { reader = ZipContentReader(member) }
      let skipped = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
      defer { skipped.deallocate() }
      while reader.position < range.lowerBound {
        let count = min(skipped.count, range.lowerBound - reader.position)
        try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: skipped[..<count]))
      }
      try reader.read(into: output)
      if reader.position == member.count { try reader.finish() }
    }
  }
}
