/// The type of an array's elements, as they are stored in a file.
struct StoredNumber: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// Bytes, 0 for false.
    case bool
    case signed
    case unsigned
    /// IEEE 754, of 2, 4 or 8 bytes.
    case float
  }

  let kind: Kind
  /// The size of an element in bytes: 1, 2, 4 or 8.
  let size: Int
  let isBigEndian: Bool

  static let byte = StoredNumber(kind: .unsigned, size: 1, isBigEndian: false)

  /// Whether the elements are unsigned bytes.
  var isByte: Bool { kind == .unsigned && size == 1 }

  /// Whether the elements are 32-bit floats in the byte order of memory.
  var isFloat: Bool { kind == .float && size == MemoryLayout<Float>.size && !isBigEndian }

  // MARK: - Conversion

  /// Converts stored elements to 32-bit floats, rounding them.
  ///
  /// - Parameter floats: the same number of elements.
  func convert(_ bytes: UnsafeRawBufferPointer, to floats: UnsafeMutableBufferPointer<Float>) {
    switch (kind, size) {
    case (.bool, _): convert(bytes, floats, UInt8.self) { $0 == 0 ? 0 : 1 }
    case (.unsigned, 1): convert(bytes, floats, UInt8.self) { Float($0) }
    case (.unsigned, 2): convert(bytes, floats, UInt16.self) { Float($0) }
    case (.unsigned, 4): convert(bytes, floats, UInt32.self) { Float($0) }
    case (.unsigned, _): convert(bytes, floats, UInt64.self) { Float($0) }
    case (.signed, 1): convert(bytes, floats, Int8.self) { Float($0) }
    case (.signed, 2): convert(bytes, floats, Int16.self) { Float($0) }
    case (.signed, 4): convert(bytes, floats, Int32.self) { Float($0) }
    case (.signed, _): convert(bytes, floats, Int64.self) { Float($0) }
    case (.float, 2): convert(bytes, floats, UInt16.self) { Self.float(half: $0) }
    case (.float, 4): convert(bytes, floats, UInt32.self) { Float(bitPattern: $0) }
    case (.float, _): convert(bytes, floats, UInt64.self) { Float(Double(bitPattern: $0)) }
    }
  }

  /// Converts stored integers to labels: −1 for one that is negative or exceeds 32 bits.
  ///
  /// - Precondition: the elements are no floats.
  func convert(_ bytes: UnsafeRawBufferPointer, to labels: UnsafeMutableBufferPointer<Int32>) {
    switch (kind, size) {
    case (.bool, _): convert(bytes, labels, UInt8.self) { $0 == 0 ? 0 : 1 }
    case (.unsigned, 1): convert(bytes, labels, UInt8.self) { Int32($0) }
    case (.unsigned, 2): convert(bytes, labels, UInt16.self) { Int32($0) }
    case (.unsigned, 4): convert(bytes, labels, UInt32.self) { Int32(exactly: $0) ?? -1 }
    case (.unsigned, _): convert(bytes, labels, UInt64.self) { Int32(exactly: $0) ?? -1 }
    case (.signed, 1): convert(bytes, labels, Int8.self) { Int32(max($0, -1)) }
    case (.signed, 2): convert(bytes, labels, Int16.self) { Int32(max($0, -1)) }
    case (.signed, 4): convert(bytes, labels, Int32.self) { max($0, -1) }
    case (.signed, _): convert(bytes, labels, Int64.self) { Int32(exactly: max($0, -1)) ?? -1 }
    case (.float, _): preconditionFailure("floats are not labels")
    }
  }

  private func convert<Stored: FixedWidthInteger & BitwiseCopyable, Value>(
    _ bytes: UnsafeRawBufferPointer, _ values: UnsafeMutableBufferPointer<Value>, _ type: Stored.Type,
    _ value: (Stored) -> Value
  ) {
    precondition(bytes.count == values.count * MemoryLayout<Stored>.size, "as many values as stored elements")
    for index in values.indices {
      let stored = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
      values[index] = value(isBigEndian ? Stored(bigEndian: stored) : Stored(littleEndian: stored))
    }
  }

  /// The IEEE 754 half-precision number with these bits.
  static func float(half bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let (exponent, fraction) = (Int(bits >> 10 & 0x1f), Float(bits & 0x3ff))
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 0x1f: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
    }
  }
}
