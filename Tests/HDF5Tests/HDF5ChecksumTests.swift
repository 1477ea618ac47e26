import DurableFiles
import Testing

@testable import HDF5Reading

@Suite("Checksums of HDF5 metadata")
struct HDF5ChecksumTests {
  /// The values that lookup3.c itself prints for this text, and the start value for none.
  @Test("are lookup3")
  func published() {
    func checksum(_ text: String) -> UInt32 { Array(text.utf8).withUnsafeBytes { HDF5Checksum.lookup3($0) } }
    #expect(checksum("") == 0xdead_beef)
    #expect(checksum("Four score and seven years ago") == 0x1777_0551)
  }

  /// Reads all datasets.
  private static func read(_ bytes: [UInt8]) throws {
    func readAll(_ group: HDF5Group) throws {
      for name in group.names {
        if let inner = try? group.group(name) { try readAll(inner) } else { _ = try group.readValues(name) }
      }
    }
    try readAll(HDF5File(bytes, path: "x").root)
  }

  static let structures = [
    ("newest.h5", "OHDR"), ("newest.h5", "OCHK"), ("indexed-zeros.h5", "FAHD"), ("indexed-zeros.h5", "FADB"),
    ("indexed-zeros.h5", "EAHD"), ("indexed-zeros.h5", "EAIB"), ("tiny-growing.h5", "EASB"),
    ("tiny-growing.h5", "EADB"), ("indexed-zeros.h5", "BTHD"), ("indexed-zeros.h5", "BTLF"),
    ("many-chunks.h5", "BTIN"),
  ]

  @Test("find a changed bit", arguments: structures)
  func changed(file: String, signature: String) throws {
    let good = try HDF5GoldenTests.bytes("HDF5Tests/Golden/\(file)")
    try Self.read(good)
    let start = try #require(good.indices.first { good[$0...].starts(with: signature.utf8) })
    for offset in 4..<22 {
      var bytes = good
      bytes[start + offset] ^= 1 << UInt8(offset % 8)
      let error = #expect(throws: HDF5Error.self, "byte \(offset)") { try Self.read(bytes) }
      // In the sizes of a header it may look truncated.
      let text = error.map { "\($0)" } ?? ""
      #expect(signature == "OHDR" || text.contains("is malformed HDF5: checksum mismatch in "), "\(offset): \(text)")
    }
  }

  @Test("find a changed bit in the superblock")
  func superblock() throws {
    let good = try HDF5GoldenTests.bytes("HDF5Tests/Golden/newest.h5")
    for offset in 12..<48 {
      var bytes = good
      bytes[offset] ^= 4
      #expect(throws: HDF5Error.self, "byte \(offset)") { try HDF5File(bytes, path: "x") }
    }
  }
}
