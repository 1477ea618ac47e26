import Synchronization

/// The bytes of a file, and how many of them may still be looked at.
///
/// All that is read comes through `region`, which checks that it lies in the file. A file that refers to the same bytes
/// over and over, or in circles, comes to the end of what it may give: a bound on time and memory that no structure in
/// it can get around.
final class HDF5Storage: Sendable {
  /// How often each byte may be looked at, on the average. Readers look at most of them once.
  static let readings = 8

  let bytes: [UInt8]
  /// Where the addresses of the file begin to count: at its superblock.
  let base: Int
  /// Behind the last byte that belongs to it.
  let end: Int
  private let allowance: Atomic<Int>

  /// - Parameter base, end: within `bytes`.
  init(_ bytes: [UInt8], base: Int, end: Int) {
    self.bytes = bytes
    self.base = base
    self.end = end
    allowance = Atomic(Self.readings * bytes.count + 1 << 16)
  }

  /// `count` bytes at an address.
  ///
  /// - Throws: `HDF5Error.Problem` if they do not lie in the file, or too much of it was looked at.
  func region(at address: Int, count: Int) throws -> HDF5Cursor {
    guard address >= 0, count >= 0, address <= end - base, count <= end - base - address else {
      throw HDF5Error.Problem.malformed(reason: "a part of it lies beyond the end of the file")
    }
    try spend(count)
    return HDF5Cursor(bytes, base + address..<base + address + count)
  }

  /// Takes from what the file may give.
  func spend(_ count: Int) throws {
    guard allowance.subtract(count, ordering: .relaxed).newValue >= 0 else {
      throw HDF5Error.Problem.malformed(reason: "its parts lie in circles, or on top of each other")
    }
  }
}

/// A part of the file, which is read from its start on. Nothing outside of it is ever read.
struct HDF5Cursor {
  private let bytes: [UInt8]
  private let start: Int
  private(set) var position: Int
  private let end: Int

  /// - Parameter range: within `bytes`.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    (start, position, end) = (range.lowerBound, range.lowerBound, range.upperBound)
  }

  /// What has not been read yet.
  var remaining: Int { end - position }
  var rest: ArraySlice<UInt8> { bytes[position..<end] }

  /// The next `count` bytes, as a part of their own.
  mutating func part(_ count: Int) throws -> HDF5Cursor {
    guard count >= 0, count <= remaining else {
      throw HDF5Error.Problem.malformed(reason: "a part of it ends too early")
    }
    defer { position += count }
    return HDF5Cursor(bytes, position..<position + count)
  }

  mutating func skip(_ count: Int) throws { _ = try part(count) }

  /// Goes on to the next multiple of 8 from the start, or to the end.
  mutating func align() throws { try skip(min(-(position - start) & 7, remaining)) }

  /// The next number of one to eight bytes.
  mutating func number(_ count: Int) throws -> UInt64 {
    try part(count).rest.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func uint8() throws -> Int { Int(try number(1)) }
  mutating func uint16() throws -> Int { Int(try number(2)) }
  mutating func uint32() throws -> Int { Int(try number(4)) }

  /// A size or an offset of eight bytes.
  mutating func size() throws -> Int {
    guard let size = Int(exactly: try number(8)) else {
      throw HDF5Error.Problem.malformed(reason: "a size in it is larger than any file")
    }
    return size
  }

  /// An address; nil for one that leads nowhere.
  mutating func address() throws -> Int? {
    let address = try number(8)
    if address == .max { return nil }
    // No region begins there.
    return Int(exactly: address) ?? .max
  }

  /// The bytes up to the next zero, or to the end.
  mutating func text() throws -> String {
    let text = rest.prefix { $0 != 0 }
    try skip(text.count)
    return String(decoding: text, as: UTF8.self)
  }

  /// - Parameter what: what is expected here, for the message.
  mutating func expect(_ signature: String, _ what: String) throws {
    guard try part(signature.utf8.count).rest.elementsEqual(signature.utf8) else {
      throw HDF5Error.Problem.malformed(reason: "\(what) is not where it is said to be")
    }
  }
}
