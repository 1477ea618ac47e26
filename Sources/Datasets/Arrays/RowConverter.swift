import Synchronization
import Tensors

/// Converts the rows of an array one by one, in their order, reading as many at a time as the array's layout suggests.
final class RowConverter: Sendable {
  private let array: any StoredArray
  private let block: Mutex<Block>

  private struct Block: ~Copyable {
    var rows = 0..<0
    var bytes: [UInt8] = []
  }

  init(_ array: any StoredArray) {
    self.array = array
    block = Mutex(Block())
  }

  /// Writes a row as bytes, if the array has bytes, or else as 32-bit floats.
  ///
  /// - Throws: what the array throws, or `DatasetError.damaged` for a value that is not finite.
  func convert(_ row: Int, into output: UnsafeMutableRawPointer) throws {
    try block.withLock { block in
      if !block.rows.contains(row) { try load(row, into: &block) }
      let size = array.rowLength * array.type.size
      let first = (row - block.rows.lowerBound) * size
      try block.bytes[first..<first + size].withUnsafeBytes { bytes in
        if array.type.isByte {
          output.copyMemory(from: bytes.baseAddress ?? UnsafeRawPointer(output), byteCount: size)
          return
        }
        let floats = UnsafeMutableBufferPointer(
          start: output.bindMemory(to: Float.self, capacity: array.rowLength), count: array.rowLength)
        array.type.convert(bytes, to: floats)
        try array.checkFinite(floats, row..<row + 1)
      }
    }
  }

  private func load(_ row: Int, into block: inout Block) throws {
    let size = max(array.rowLength * array.type.size, 1)
    let step = max((1 << 20) / size / array.rowsPerRead, 1) * array.rowsPerRead
    let first = row / step * step
    let rows = first..<min(first + step, array.rowCount)
    var bytes = block.bytes
    block.bytes = []
    let count = rows.count * size
    if bytes.count < count { try array.checkBlock(count) }
    if bytes.count != count { bytes = [UInt8](repeating: 0, count: count) }
    try bytes.withUnsafeMutableBytes { try array.read(rows: rows, into: $0) }
    block.bytes = bytes
    block.rows = rows
  }
}
