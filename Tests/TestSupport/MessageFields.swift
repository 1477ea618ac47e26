/// The fields of a message of protocol buffers, by their numbers.
///
/// Source: https://protobuf.dev/programming-guides/encoding
public struct MessageFields {
  public enum Failure: Error { case notAMessage }

  private var values: [Int: [ArraySlice<UInt8>]] = [:]

  public init(_ bytes: some Collection<UInt8>) throws {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let tag = try Self.varint(&rest)
      let count =
        switch tag & 7 {
        case 0: rest.firstIndex { $0 < 0x80 }.map { $0 - rest.startIndex + 1 }
        case 2: try Self.varint(&rest)
        case 1: 8
        case 5: 4
        default: nil as Int?
        }
      guard let count, count <= rest.count else { throw Failure.notAMessage }
      values[tag >> 3, default: []].append(rest.prefix(count))
      rest.removeFirst(count)
    }
  }

  public func messages(_ field: Int) throws -> [MessageFields] {
    try values[field, default: []].map { try MessageFields($0) }
  }

  public func texts(_ field: Int) -> [String] {
    values[field, default: []].map { String(decoding: $0, as: UTF8.self) }
  }

  public func integers(_ field: Int) throws -> [Int] {
    try values[field, default: []].map { bytes in
      var rest = bytes
      return try Self.varint(&rest)
    }
  }

  public func floats(_ field: Int) -> [Float] {
    values[field, default: []].filter { $0.count == 4 }.map { bytes in
      Float(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> Int {
    var value = 0
    for shift in stride(from: 0, to: 63, by: 7) {
      guard let byte = rest.popFirst() else { break }
      value |= Int(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw Failure.notAMessage
  }
}
