import DurableFiles

/// A bounds-checked cursor over a part of the file.
struct HDF5Cursor {
  private let bytes: FileBytes
  private let start: Int
  private(set) var position: Int
  private let end: Int

  /// - Parameter range: within `bytes`.
  init(_ bytes: FileBytes, _ range: Range<Int>) {
    self.bytes = bytes
    (start, position, end) = (range.lowerBound, range.lowerBound, range.upperBound)
  }

  /// The unread bytes.
  var remaining: Int { end - position }
  var rest: ArraySlice<UInt8> { bytes.slice(position..<end) }

  /// The next `count` bytes, as a separate region.
  mutating func part(_ count: Int) throws -> HDF5Cursor {
    guard count >= 0, count <= remaining else {
      throw HDF5Error.Problem.malformed(reason: "a structure is truncated")
    }
    defer { position += count }
    return HDF5Cursor(bytes, position..<position + count)
  }

  mutating func skip(_ count: Int) throws { _ = try part(count) }

  /// Advances to the next multiple of 8 from the start, or to the end.
  mutating func align() throws { try skip(min(-(position - start) & 7, remaining)) }

  /// The next integer of one to eight bytes.
  mutating func number(_ count: Int) throws -> UInt64 {
    let number = try part(count)
    return (number.position..<number.end).reversed().reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
  }

  mutating func uint8() throws -> Int { Int(try number(1)) }
  mutating func uint16() throws -> Int { Int(try number(2)) }
  mutating func uint32() throws -> Int { Int(try number(4)) }

  /// An eight-byte size or offset.
  mutating func size() throws -> Int {
    guard let size = Int(exactly: try number(8)) else {
      throw HDF5Error.Problem.malformed(reason: "a size in it is larger than any file")
    }
    return size
  }

  /// An address; nil for the undefined address.
  mutating func address() throws -> Int? {
    let address = try number(8)
    if address == .max { return nil }
    // No region starts there.
    return Int(exactly: address) ?? .max
  }

  /// The bytes up to the next zero byte, or to the end.
  mutating func text() throws -> String {
    let text = rest.prefix { $0 != 0 }
    try skip(text.count)
    return String(decoding: text, as: UTF8.self)
  }

  /// - Parameter what: the expected structure, for the message.
  mutating func expect(_ signature: String, _ what: String) throws {
    guard try part(signature.utf8.count).rest.elementsEqual(signature.utf8) else {
      throw HDF5Error.Problem.malformed(reason: "\(what) is not at its declared address")
    }
  }
}
