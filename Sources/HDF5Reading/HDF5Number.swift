/// A number type that can be read from datasets and attributes.
package protocol HDF5Number: Sendable {
  /// The name of the type in messages.
  static var wording: String { get }
  /// Whether floating-point numbers can be converted to the type.
  static var hasFraction: Bool { get }
  init(_ integer: Int64)
  init(_ number: Float)
  init(_ number: Double)
}

extension Float: HDF5Number {
  package static var wording: String { "floating-point numbers" }
  package static var hasFraction: Bool { true }
}

extension Double: HDF5Number {
  package static var wording: String { "floating-point numbers" }
  package static var hasFraction: Bool { true }
}

extension Int64: HDF5Number {
  package static var wording: String { "integers" }
  package static var hasFraction: Bool { false }
}

extension HDF5Number {
  /// Whether a stored type is exactly this type, as written by Martlet.
  static func isStored(as type: HDF5Datatype) -> Bool {
    let kind: HDF5Datatype.Kind =
      hasFraction ? .float(isBigEndian: false) : .integer(isBigEndian: false, isSigned: true)
    return type.kind == kind && type.size == MemoryLayout<Self>.size
  }

  /// - Throws: `HDF5Error.Problem` if elements of the type cannot be converted.
  static func check(_ type: HDF5Datatype) throws {
    switch type.kind {
    case .integer: return
    case .float where hasFraction && type.size > 2: return
    default: throw HDF5Error.Problem.unexpected(expected: wording, found: type.wording)
    }
  }

  /// Converts elements to numbers.
  ///
  /// - Throws: `HDF5Error.Problem` if they are of another kind.
  static func values(_ elements: ArraySlice<UInt8>, of type: HDF5Datatype) throws -> [Self] {
    try check(type)
    switch (type.kind, type.size) {
    case (.float(let isBigEndian), 4):
      return numbers(elements, isBigEndian) { (bits: UInt32) in Self(Float(bitPattern: bits)) }
    case (.float(let isBigEndian), _):
      return numbers(elements, isBigEndian) { (bits: UInt64) in Self(Double(bitPattern: bits)) }
    case (.integer(let isBigEndian, let isSigned), let size):
      switch (size, isSigned) {
      case (1, true): return integers(elements, isBigEndian, Int8.self)
      case (1, false): return integers(elements, isBigEndian, UInt8.self)
      case (2, true): return integers(elements, isBigEndian, Int16.self)
      case (2, false): return integers(elements, isBigEndian, UInt16.self)
      case (4, true): return integers(elements, isBigEndian, Int32.self)
      case (4, false): return integers(elements, isBigEndian, UInt32.self)
      case (_, true): return integers(elements, isBigEndian, Int64.self)
      case (_, false): return integers(elements, isBigEndian, UInt64.self)
      }
    default: return []
    }
  }

  private static func integers<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ elements: ArraySlice<UInt8>, _ isBigEndian: Bool, _ type: Stored.Type
  ) -> [Self] {
    numbers(elements, isBigEndian) { (integer: Stored) in Self(Int64(clamping: integer)) }
  }

  /// The only conversion of bytes to numbers: every load is bounds-checked.
  private static func numbers<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ elements: ArraySlice<UInt8>, _ isBigEndian: Bool, _ number: (Stored) -> Self
  ) -> [Self] {
    let (bytes, size) = (elements.span.bytes, MemoryLayout<Stored>.size)
    var values: [Self] = []
    values.reserveCapacity(bytes.byteCount / size)
    for start in stride(from: 0, through: bytes.byteCount - size, by: size) {
      let stored = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start, as: Stored.self)
      values.append(number(isBigEndian ? Stored(bigEndian: stored) : Stored(littleEndian: stored)))
    }
    return values
  }
}
