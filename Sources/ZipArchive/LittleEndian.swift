/// Unaligned little-endian integers.
extension Collection<UInt8> where Index == Int {
  /// The number at `offset` from the start, which the caller must have bounds-checked.
  func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Number {
    let start = startIndex + offset
    return (0..<MemoryLayout<Number>.size).reduce(0) { $0 | Number(self[start + $1]) << Number(8 * $1) }
  }
}

extension [UInt8] {
  mutating func append(_ numbers: UInt16...) { for number in numbers { append(littleEndian: number) } }
  mutating func append(_ numbers: UInt32...) { for number in numbers { append(littleEndian: number) } }
  mutating func append(_ numbers: UInt64...) { for number in numbers { append(littleEndian: number) } }

  private mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }
}
