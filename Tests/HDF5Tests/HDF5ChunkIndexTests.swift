import DurableFiles
import Testing

@testable import HDF5Reading

/// Files of `Golden/make_chunks.py` in which only some of many chunks are stored.
@Suite("Indexes of HDF5 chunks")
struct HDF5ChunkIndexTests {
  private static let stored = [
    0, 3, 4, 19, 20, 1000, 65000, 131_059, 131_060, 132_083, 132_084, 133_108, 262_131, 262_132, 263_200, 299_999,
  ]

  /// The file, and the address of an index with a signature.
  private static func file(_ name: String, _ signature: String) throws -> (HDF5Storage, [UInt8], Int) {
    let bytes = try HDF5GoldenTests.bytes("HDF5Tests/Golden/\(name)")
    let address = try #require(bytes.indices.first { bytes[$0...].starts(with: signature.utf8) })
    return (HDF5Storage(FileBytes(bytes), base: 0, end: bytes.count), bytes, address)
  }

  private static func check(_ bytes: [UInt8], _ count: Int, _ entry: (Int) throws -> HDF5ChunkIndex.Entry?) throws {
    for position in stored where position < count {
      let chunk = try #require(try entry(position), "position \(position)")
      #expect(chunk.count == 1 && bytes[chunk.address] == UInt8(position % 251), "position \(position)")
    }
    let missing = stored.flatMap { [$0 - 1, $0 + 1] } + stride(from: 0, to: count, by: 1013)
    for position in missing where (0..<count).contains(position) && !stored.contains(position) {
      #expect(try entry(position) == nil, "position \(position)")
    }
  }

  @Test("that grow have blocks and pages, of which some are missing")
  func growing() throws {
    let (storage, bytes, address) = try Self.file("sparse-growing.h5", "EAHD")
    try Self.check(bytes, 300_000, HDF5ExtensibleArray(at: address, chunkSize: 1, in: storage).entry)
  }

  @Test("that do not grow have pages, of which some are missing")
  func fixed() throws {
    let (storage, bytes, address) = try Self.file("sparse-fixed.h5", "FAHD")
    let array = try HDF5FixedArray(at: address, chunkSize: 1, in: storage)
    try Self.check(bytes, 5000, array.entry)
    #expect(throws: HDF5Error.Problem.self) { try array.entry(5000) }
  }

  @Test("that lack chunks are refused")
  func incomplete() throws {
    let bytes = try HDF5GoldenTests.bytes("HDF5Tests/Golden/sparse-fixed.h5")
    let error = #expect(throws: HDF5Error.self) { try HDF5File(bytes, path: "x").root.readValues("x") }
    #expect("\(try #require(error))".hasPrefix("x: /x: expected"))
  }
}
