/// The bytes of a file, in memory or mapped.
package struct FileBytes: RandomAccessCollection, Sendable {
  private enum Storage {
    case memory([UInt8])
    case mapped(MappedFile)
  }

  private let storage: Storage
  package let count: Int

  /// Bytes in memory.
  package init(_ bytes: [UInt8]) {
    storage = .memory(bytes)
    count = bytes.count
  }

  /// The bytes of a mapped file.
  package init(_ file: MappedFile) {
    storage = .mapped(file)
    count = file.bytes.count
  }

  /// The file, if it is mapped.
  package var file: MappedFile? {
    guard case .mapped(let file) = storage else { return nil }
    return file
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(position: Int) -> UInt8 {
    switch storage {
    case .memory(let bytes): return bytes[position]
    case .mapped(let file):
      precondition(position >= 0 && position < count, "an offset beyond the end of the file")
      return file.bytes[position]
    }
  }

  /// Some of the bytes; those of a mapped file are copied.
  package func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
    switch storage {
    case .memory(let bytes): bytes[range]
    case .mapped: withUnsafeBytes(range) { Array($0)[...] }
    }
  }

  /// Calls `body` with some of the bytes, where they are.
  package func withUnsafeBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a range beyond the end of the file")
    switch storage {
    case .memory(let bytes): return try bytes[range].withUnsafeBytes(body)
    case .mapped(let file):
      return try withExtendedLifetime(file) { try body(UnsafeRawBufferPointer(rebasing: file.bytes[range])) }
    }
  }
}
