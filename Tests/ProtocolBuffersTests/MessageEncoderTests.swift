import Testing

@testable import ProtocolBuffers

/// The bytes of https://protobuf.dev/programming-guides/encoding, and those that Python's protobuf writes.
@Suite("The encoding of protocol buffers")
struct MessageEncoderTests {
  private func bytes(_ add: (inout MessageEncoder) -> Void) -> [UInt8] {
    var encoder = MessageEncoder()
    add(&encoder)
    return encoder.bytes
  }

  @Test(
    "of integers has seven bits in a byte",
    arguments: [
      (0, [0x08, 0x00]), (1, [0x08, 0x01]), (127, [0x08, 0x7f]), (128, [0x08, 0x80, 0x01]), (150, [0x08, 0x96, 0x01]),
      (-2, [0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
      (.max, [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
    ] as [(Int64, [UInt8])])
  func integers(value: Int64, expected: [UInt8]) { #expect(bytes { $0.add(1, value) } == expected) }

  @Test("has the number of the field and the kind of its value in front")
  func tags() {
    #expect(bytes { $0.add(2, "testing") } == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67])
    #expect(bytes { $0.add(2, "é") } == [0x12, 0x02, 0xc3, 0xa9])
    #expect(bytes { $0.add(2, "") } == [0x12, 0x00])
    #expect(bytes { $0.add(2, Float(-1.5)) } == [0x15, 0x00, 0x00, 0xc0, 0xbf])
    #expect(bytes { $0.add(9, [UInt8]([1, 2, 3])) } == [0x4a, 0x03, 0x01, 0x02, 0x03])
    #expect(bytes { $0.add(1, 1.5) } == [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f])
    #expect(bytes { $0.add(6, [1.5]) } == [0x32, 0x08, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f])
    #expect(bytes { $0.add(6, [Double]()) } == [0x32, 0x00])
    // From field 16 on, the tag takes two bytes.
    #expect(bytes { $0.add(20, Int64(7)) } == [0xa0, 0x01, 0x07])
  }

  private struct Inner: ProtocolBufferMessage {
    let text: String
    func encode(to encoder: inout MessageEncoder) { encoder.add(1, text) }
  }

  private struct Outer: ProtocolBufferMessage {
    let inner: [Inner]
    func encode(to encoder: inout MessageEncoder) { for message in inner { encoder.add(3, message) } }
  }

  @Test("of a message in a message has its length in front, of one byte or more")
  func nesting() {
    let long = String(repeating: "x", count: 300)
    let expected: [UInt8] =
      [0x1a, 0x03, 0x0a, 0x01, 0x61]
      + [0x1a, 0xaf, 0x02, 0x0a, 0xac, 0x02] + [UInt8](repeating: 0x78, count: 300)
    #expect(Outer(inner: [Inner(text: "a"), Inner(text: long)]).serializedBytes == expected)
    #expect(Outer(inner: []).serializedBytes == [])
  }
}
