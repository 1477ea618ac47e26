import Testing
import ZipArchive

@Suite("Zip archives written piece by piece")
struct ZipStreamWriterTests {
  private final class Sink {
    var bytes: [UInt8] = []
  }

  private static let members: [(String, [UInt8])] = [
    ("empty", []), ("a.npy", (0..<5000).map { UInt8($0 % 251) }), ("ü.npy", [1, 2, 3]),
  ]

  private func archive(largeSize: Int = 0xffff_ffff) throws -> [UInt8] {
    let sink = Sink()
    var writer = ZipStreamWriter(
      append: { sink.bytes += $0 }, replace: { sink.bytes.replaceSubrange($1..<$1 + $0.count, with: $0) },
      largeSize: largeSize)
    for (name, bytes) in Self.members {
      try writer.add(name, size: bytes.count) { append in
        try bytes.withUnsafeBytes { bytes in
          for first in stride(from: 0, to: bytes.count, by: 999) {
            try append(UnsafeRawBufferPointer(rebasing: bytes[first..<min(first + 999, bytes.count)]))
          }
        }
      }
    }
    try writer.finish()
    return sink.bytes
  }

  @Test("are read back, and equal those written at once")
  func roundTrip() throws {
    let bytes = try archive()
    let reader = try ZipReader(bytes, path: "x.zip")
    #expect(reader.names == Self.members.map(\.0))
    for (name, content) in Self.members { #expect(try reader.read(name, atMost: 1 << 20) == content) }
    var whole = ZipWriter(path: "x.zip")
    for (name, content) in Self.members { try whole.add(name, content) }
    #expect(try whole.archive() == bytes)
  }

  @Test("have the 64-bit records where sizes and offsets need them")
  func large() throws {
    let bytes = try archive(largeSize: 1000)
    func positions(_ signature: [UInt8]) -> [Int] {
      (0..<bytes.count - 4).filter { bytes[$0..<$0 + 4].elementsEqual(signature) }
    }
    #expect(positions([0x50, 0x4b, 6, 6]).count == 1 && positions([0x50, 0x4b, 6, 7]).count == 1)
    // The extra field of the large member has both sizes; that of the last one has its offset.
    let headers = positions([0x50, 0x4b, 1, 2])
    let extras = headers.map { Int(bytes[$0 + 30]) }
    #expect(extras == [0, 20, 12])
  }
}
