import DurableFiles
import SystemResources

/// An array in a file. Its rows, along the first axis, are samples.
protocol StoredArray: Sendable {
  /// The array in messages: `mine.npz: array 'x_train'`.
  var place: String { get }
  /// The short name in messages about another array: `x_train`.
  var name: String { get }
  /// The dimensions; empty for a scalar. Their product fits in an `Int`, and in the file as far as that can be known.
  var shape: [Int] { get }
  var type: StoredNumber { get }
  /// The file that has the array.
  var file: MappedFile? { get }
  /// The offset in `file` of all values in row-major order; nil if they are stored in another way.
  var offset: Int? { get }
  /// The rows to read at a time: reading others costs more.
  var rowsPerRead: Int { get }

  /// Reads rows as they are stored, in row-major order.
  ///
  /// - Parameter bytes: of the size of the rows.
  /// - Throws: an error that names the file.
  func read(rows: Range<Int>, into bytes: UnsafeMutableRawBufferPointer) throws

  /// The values of an array of unsigned bytes, in row-major order.
  ///
  /// - Throws: what `read` throws, or `DatasetError.damaged` if they do not fit in memory.
  func bytes() throws -> [UInt8]

  /// Compares the contents with their checksum, if they have one that `read` does not verify.
  func verify(_ progress: (_ done: Int, _ total: Int) -> Void) throws
  /// Whether `verify` has a checksum to compare.
  var hasChecksum: Bool { get }
}

extension StoredArray {
  var rowsPerRead: Int { 1 }
  var hasChecksum: Bool { false }
  func verify(_ progress: (_ done: Int, _ total: Int) -> Void) throws {}

  func damaged(_ reason: String) -> DatasetError { .damaged(path: place, reason: reason) }

  /// The shape in Python's syntax: `(60000, 28, 28)`.
  var shapeText: String { NumPyHeader.text(shape) }

  var rowCount: Int { shape.first ?? 1 }
  var valueCount: Int { shape.reduce(1, *) }
  /// The number of values of a row.
  var rowLength: Int { shape.dropFirst().reduce(1, *) }

  /// The size of the stored rows that are converted at a time, about.
  private var blockSize: Int { 4 << 20 }

  // MARK: - All values

  func bytes() throws -> [UInt8] { try readBytes() }

  /// Reads the values of an array of unsigned bytes, in row-major order.
  ///
  /// - Throws: as `bytes`.
  func readBytes() throws -> [UInt8] {
    precondition(type.isByte)
    let count = valueCount
    try checkMemory(count)
    guard count > 0 else { return [] }
    try verify { _, _ in }
    var failure: (any Error)?
    let values = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do {
        try forEachBlock { rows in
          let part = rows.lowerBound * rowLength..<rows.upperBound * rowLength
          try read(rows: rows, into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[part])))
        }
        initialized = count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return values
  }

  /// All values rounded to 32-bit floats, in row-major order.
  ///
  /// - Throws: what `read` throws, or `DatasetError.damaged` if a rounded value is not finite, or they do not fit in
  ///   memory.
  func floats() throws -> [Float] {
    try converted { bytes, values, rows in
      type.convert(bytes, to: values)
      try checkFinite(values, rows)
    }
  }

  /// All values of an integer array, in row-major order; nil if one of them is not a valid label: negative, or beyond
  /// 32 bits.
  ///
  /// - Throws: as `floats`.
  func labels() throws -> [Int32]? {
    let labels: [Int32] = try converted { bytes, values, _ in type.convert(bytes, to: values) }
    return labels.contains { $0 < 0 } ? nil : labels
  }

  private func converted<Value: BitwiseCopyable>(
    _ convert: (UnsafeRawBufferPointer, UnsafeMutableBufferPointer<Value>, Range<Int>) throws -> Void
  ) throws -> [Value] {
    let (size, overflow) = valueCount.multipliedReportingOverflow(by: MemoryLayout<Value>.size)
    try checkMemory(overflow ? .max : size)
    guard valueCount > 0 else { return [] }
    try verify { _, _ in }
    var failure: (any Error)?
    let values = [Value](unsafeUninitializedCapacity: valueCount) { buffer, initialized in
      do {
        try forEachStoredBlock { bytes, rows in
          let part = rows.lowerBound * rowLength..<rows.upperBound * rowLength
          try convert(bytes, UnsafeMutableBufferPointer(rebasing: buffer[part]), rows)
        }
        initialized = valueCount
      } catch { failure = error }
    }
    if let failure { throw failure }
    return values
  }

  private func checkMemory(_ size: Int) throws {
    guard Memory.canHold(size) else {
      throw damaged("has \(valueCount) numbers, too many for memory")
    }
  }

  // MARK: - Blocks

  /// Calls `body` with the rows that are read at a time.
  func forEachBlock(_ body: (Range<Int>) throws -> Void) rethrows {
    let rows = max(blockSize / max(rowLength * type.size, 1), 1)
    let step = (rows + rowsPerRead - 1) / rowsPerRead * rowsPerRead
    for first in stride(from: 0, to: rowCount, by: step) { try body(first..<min(first + step, rowCount)) }
  }

  /// Calls `body` with the stored values of all rows, block by block.
  func forEachStoredBlock(_ body: (UnsafeRawBufferPointer, Range<Int>) throws -> Void) throws {
    let rowSize = rowLength * type.size
    if let file, let offset {
      return try forEachBlock { rows in
        let part = offset + rows.lowerBound * rowSize..<offset + rows.upperBound * rowSize
        try body(UnsafeRawBufferPointer(rebasing: file.bytes[part]), rows)
      }
    }
    var block = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    defer { block.deallocate() }
    try forEachBlock { rows in
      let size = rows.count * rowSize
      if block.count < size {
        try checkBlock(size)
        block.deallocate()
        block = .allocate(byteCount: size, alignment: 16)
      }
      let part = UnsafeMutableRawBufferPointer(rebasing: block[..<size])
      try read(rows: rows, into: part)
      try body(UnsafeRawBufferPointer(part), rows)
    }
  }

  // MARK: - Checks

  /// Checks that the rows that must be read together fit in memory.
  ///
  /// - Throws: `DatasetError.damaged` with advice.
  func checkBlock(_ size: Int) throws {
    guard size <= 2 * blockSize || Memory.canHold(size) else {
      throw damaged("is stored in blocks of \(size) bytes, too large for memory; store it in chunks of fewer rows")
    }
  }

  /// - Parameter values: those of `rows`.
  /// - Throws: `DatasetError.damaged` with the sample of the first value that is not finite.
  func checkFinite(_ values: UnsafeMutableBufferPointer<Float>, _ rows: Range<Int>) throws {
    guard !FloatCheck.areFinite(UnsafeRawBufferPointer(values)),
      let index = values.firstIndex(where: { !$0.isFinite })
    else { return }
    throw nonfinite(values[index], sample: rows.lowerBound + index / max(rowLength, 1))
  }

  func nonfinite(_ value: Float, sample: Int) -> DatasetError {
    damaged("sample \(sample) holds \(value) as a 32-bit number; replace or leave out what is not finite")
  }
}

/// A fast check of many 32-bit floats.
enum FloatCheck {
  /// Whether no value is NaN or infinite: whether none has all bits of the exponent set.
  static func areFinite(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var most: UInt32 = 0
    for index in 0..<bytes.count / 4 {
      most = max(most, bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self) & 0x7f80_0000)
    }
    return most < 0x7f80_0000
  }
}
