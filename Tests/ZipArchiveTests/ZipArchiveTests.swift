import Testing
import ZipArchive

@Suite("Zip archives")
struct ZipArchiveTests {
  private func archive(_ members: [(String, [UInt8])]) throws -> [UInt8] {
    var writer = ZipWriter(path: "x.zip")
    for (name, bytes) in members { try writer.add(name, bytes) }
    return try writer.archive()
  }

  private static let members: [(String, [UInt8])] = [
    ("config.json", Array("{}".utf8)), ("empty", []), ("folder/ü.bin", (0..<2000).map { UInt8($0 % 251) }),
  ]

  @Test("round-trip their members")
  func roundTrip() throws {
    let reader = try ZipReader(archive(Self.members), path: "x.zip")
    #expect(reader.names == Self.members.map(\.0))
    for (name, bytes) in Self.members { #expect(try reader.read(name, atMost: 1 << 20) == bytes) }
    #expect(ZipReader.isZip(try archive(Self.members)))
    #expect(try ZipReader(archive([]), path: "x.zip").names.isEmpty)
    #expect(throws: ZipError(file: "x.zip", problem: .missingMember(name: "none"))) {
      try reader.read("none", atMost: 1 << 20)
    }
  }

  @Test("with equal members are equal")
  func reproducible() throws { #expect(try archive(Self.members) == archive(Self.members)) }

  /// The positions of a little-endian signature.
  private func positions(of signature: UInt32, in bytes: [UInt8]) -> [Int] {
    let wanted = withUnsafeBytes(of: signature.littleEndian) { Array($0) }
    return (0...bytes.count - 4).filter { Array(bytes[$0..<$0 + 4]) == wanted }
  }

  private func message(_ bytes: [UInt8], read name: String = "config.json") throws -> String {
    let error = try #require(throws: ZipError.self) {
      try ZipReader(bytes, path: "x.zip").read(name, atMost: 1 << 20)
    }
    return "\(error)"
  }

  @Test("that are inconsistent are refused")
  func lies() throws {
    let good = try archive([("config.json", Array("{\"a\": 1}".utf8))])
    let central = try #require(positions(of: 0x0201_4b50, in: good).first)
    let end = try #require(positions(of: 0x0605_4b50, in: good).first)
    /// Overwrites bytes of the directory.
    func changed(_ changes: [(position: Int, bytes: [UInt8])]) -> [UInt8] {
      changes.reduce(into: good) { bytes, change in
        for (index, byte) in change.bytes.enumerated() { bytes[change.position + index] = byte }
      }
    }
    let lie = "x.zip: is a malformed zip archive: the member 'config.json' does not have its declared size"
    // Sizes: decompressed, compressed.
    #expect(try message(changed([(central + 24, [9, 0])])).hasPrefix(lie))
    #expect(try message(changed([(central + 20, [200, 0])])).contains("extends past the end"))
    #expect(try message(changed([(central + 20, [3, 0])])).hasPrefix(lie))
    // A deflated member that declares more than deflate can produce from 8 bytes.
    #expect(try message(changed([(central + 10, [8]), (central + 24, [0, 0, 0, 0x70])])).hasPrefix(lie))
    #expect(try message(changed([(central + 10, [8])])).hasPrefix(lie))
    #expect(try message(changed([(central + 16, [1, 2, 3, 4])])).contains("is corrupt: checksum mismatch"))
    #expect(try message(changed([(central + 42, [7])])).contains("is not at its declared offset"))
    #expect(try message(changed([(30, [0x43])])).contains("has inconsistent names"))
    #expect(try message(changed([(central + 28, [255, 255])])).contains("its directory ends too early"))
    #expect(try message(changed([(end + 12, [255, 255])])).contains("its directory exceeds the file"))
    #expect(try message(changed([(end + 8, [2, 0, 2, 0])])).contains("its directory ends too early"))
    #expect(try message(changed([(end + 4, [1])])).contains("with several parts, which is not supported"))
    #expect(try message(changed([(central + 8, [1])])).contains("with encryption, which is not supported"))
    #expect(try message(changed([(central + 10, [12])])).contains("with compression method 12, which is not supported"))
    #expect(
      try message(changed([(central + 24, [255, 255, 255, 255])])).contains(
        "the member 'config.json' has no 64-bit sizes"))
    #expect(try message(changed([(central + 46, Array("/../../etc/".utf8))])).contains("contains '..'"))
    #expect(
      try message(archive([("config.json", []), ("config.json", [])])).contains("two members have the same name"))
    #expect(try message(Array(good.dropLast())) == "x.zip: is not a zip archive, or is truncated.")
    #expect(try message([]) == "x.zip: is not a zip archive, or is truncated.")
  }

  @Test("with changed or truncated bytes never crash the reader")
  func damage() throws {
    let good = try archive(Self.members)
    for position in good.indices {
      for bit in [UInt8(1), 0x80] {
        var bytes = good
        bytes[position] ^= bit
        if let reader = try? ZipReader(bytes, path: "x.zip") {
          for name in reader.names { _ = try? reader.read(name, atMost: 1 << 20) }
        }
      }
      #expect(throws: ZipError.self) { try ZipReader(Array(good[..<position]), path: "x.zip") }
    }
  }
}
