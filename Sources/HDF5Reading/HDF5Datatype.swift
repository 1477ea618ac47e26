/// The type of the elements of a dataset or an attribute.
///
/// Source: HDF5 File Format Specification 3.0, IV.A.2.d, "The Datatype Message".
struct HDF5Datatype: Equatable {
  enum Kind: Equatable {
    /// IEEE 754 floating point of 2, 4 or 8 bytes.
    case float(isBigEndian: Bool)
    /// Two's complement or unsigned integers without padding bits, of 1, 2, 4 or 8 bytes.
    case integer(isBigEndian: Bool, isSigned: Bool)
    /// Named integers of 1, 2, 4 or 8 bytes.
    case names(isBigEndian: Bool, isSigned: Bool)
    /// Bytes with the names FALSE for 0 and TRUE for 1, as which h5py stores Booleans.
    case bool
    case text(isSpacePadded: Bool)
    /// Variable-length strings, stored elsewhere in the file.
    case longText
    case other(wording: String)
  }

  let kind: Kind
  /// The size of an element in bytes.
  let size: Int

  static let longTextSize = 16

  /// - Throws: `HDF5Error.Problem`.
  init(_ message: HDF5Cursor) throws {
    var message = message
    let start = try message.uint8()
    let (version, typeClass) = (start >> 4, start & 0x0f)
    let bits = Int(try message.number(3))
    size = try message.uint32()
    guard size > 0 else { throw HDF5Error.Problem.malformed(reason: "its type has no size") }
    let isBigEndian = bits & 1 != 0
    switch typeClass {
    case 0:
      let isPlain = try message.number(4) == UInt64(8 * size) << 16 && [1, 2, 4, 8].contains(size)
      kind =
        isPlain
        ? .integer(isBigEndian: isBigEndian, isSigned: bits & 8 != 0) : .other(wording: "unsupported integers")
    case 1:
      kind =
        try Self.isIEEE(message, bits: bits, size: size)
        ? .float(isBigEndian: isBigEndian) : .other(wording: "unsupported floating-point numbers")
    case 3:
      kind = .text(isSpacePadded: bits & 0x0f == 2)
    case 8:
      kind = try Self.names(message, size: size, count: bits & 0xffff, version: version)
    case 9 where bits & 0x0f == 1 && size == Self.longTextSize:
      kind = .longText
    default:
      kind = .other(wording: Self.wordings[typeClass] ?? "data of another type")
    }
  }

  /// Classes of types that are not read.
  private static let wordings = [
    2: "times", 4: "bit fields", 5: "opaque bytes", 6: "compound values, such as records or complex numbers",
    7: "references", 9: "values of variable length", 10: "arrays as elements",
  ]

  /// The size of the type of integers.
  private static let integerTypeSize = 12

  /// The kind of an enumeration: the type of its numbers, then the names of its members, then their numbers.
  private static func names(_ message: HDF5Cursor, size: Int, count: Int, version: Int) throws -> Kind {
    var (start, members) = (message, message)
    if try start.uint8() & 0x0f == 0 {
      let numbers = try HDF5Datatype(members.part(integerTypeSize))
      if case .integer(let isBigEndian, let isSigned) = numbers.kind, numbers.size == size {
        let isBool = try size == 1 && count == 2 && areBooleans(members, areAligned: version < 3)
        return isBool ? .bool : .names(isBigEndian: isBigEndian, isSigned: isSigned)
      }
    }
    return .other(wording: enumeration)
  }

  /// Whether two members, whose numbers are bytes, are h5py's Booleans.
  ///
  /// - Parameter areAligned: whether the names are padded to multiples of eight bytes.
  private static func areBooleans(_ members: HDF5Cursor, areAligned: Bool) throws -> Bool {
    var members = members
    let names = try (0..<2).map { _ in
      let start = members.position
      let name = try members.text()
      try members.skip(1)
      if areAligned { try members.skip(-(members.position - start) & 7) }
      return name
    }
    let numbers = [try members.uint8(), try members.uint8()]
    return (names == ["FALSE", "TRUE"] && numbers == [0, 1]) || (names == ["TRUE", "FALSE"] && numbers == [1, 0])
  }

  private static let enumeration = "an enumeration, such as booleans"

  /// The widths of exponent and fraction in bits, by size in bytes.
  private static let widthsBySize = [
    2: (exponent: 5, fraction: 10), 4: (exponent: 8, fraction: 23), 8: (exponent: 11, fraction: 52),
  ]

  /// Whether sign, exponent and fraction have the IEEE 754 layout.
  private static func isIEEE(_ message: HDF5Cursor, bits: Int, size: Int) throws -> Bool {
    guard let widths = widthsBySize[size] else { return false }
    var message = message
    // The sign is the highest bit, the leading fraction bit is implied, there is no padding.
    guard bits & ~1 == (8 * size - 1) << 8 | 0x20, try message.number(4) == UInt64(8 * size) << 16 else { return false }
    let places = [try message.uint8(), try message.uint8(), try message.uint8(), try message.uint8()]
    return try places == [widths.fraction, widths.exponent, 0, widths.fraction]
      && message.uint32() == 1 << (widths.exponent - 1) - 1
  }

  /// The type in words: `big-endian 16-bit floating-point numbers`.
  var wording: String {
    func numbers(_ isBigEndian: Bool, _ what: String) -> String {
      "\(isBigEndian && size > 1 ? "big-endian " : "")\(8 * size)-bit \(what)"
    }
    switch kind {
    case .float(let isBigEndian): return numbers(isBigEndian, "floating-point numbers")
    case .integer(let isBigEndian, _): return numbers(isBigEndian, "integers")
    case .text, .longText: return "text"
    case .names, .bool: return Self.enumeration
    case .other(let wording): return wording
    }
  }
}
