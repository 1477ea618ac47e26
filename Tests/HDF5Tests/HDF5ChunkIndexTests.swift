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

  @Test("have all their blocks and pages verified", arguments: ["sparse-growing.h5", "sparse-fixed.h5"])
  func checksums(name: String) throws {
    let isGrowing = name == "sparse-growing.h5"
    let (storage, good, address) = try Self.file(name, isGrowing ? "EAHD" : "FAHD")
    func entry(_ position: Int, _ storage: HDF5Storage) throws -> HDF5ChunkIndex.Entry? {
      isGrowing
        ? try HDF5ExtensibleArray(at: address, chunkSize: 1, in: storage).entry(position)
        : try HDF5FixedArray(at: address, chunkSize: 1, in: storage).entry(position)
    }
    for position in Self.stored where isGrowing || position < 5000 {
      let chunk = try #require(try entry(position, storage)).address
      let stored = withUnsafeBytes(of: UInt64(chunk).littleEndian) { Array($0) }
      let isFound = good.indices.filter { good[$0...].starts(with: stored) }.contains { place in
        var bytes = good
        bytes[place] ^= 1
        return (try? entry(position, HDF5Storage(FileBytes(bytes), base: 0, end: bytes.count))) == nil
      }
      #expect(isFound, "position \(position)")
    }
  }

  @Test(
    "that lack chunks are refused with their number",
    arguments: [("sparse-fixed.h5", "x", "6 of 5000"), ("refused.h5", "partly", "1 of 2")])
  func incomplete(name: String, dataset: String, found: String) throws {
    let root = try HDF5File(HDF5GoldenTests.bytes("HDF5Tests/Golden/\(name)"), path: "x").root
    let message = "x: /\(dataset): expected all of its values, found only \(found) chunks."
    #expect("\(try #require(#expect(throws: HDF5Error.self) { try root.readValues(dataset) }))" == message)
    #expect("\(try #require(#expect(throws: HDF5Error.self) { try root.array(dataset) }))" == message)
  }

  @Test("with tiny chunks can be opened several times", arguments: ["tiny-implicit.h5", "tiny-growing.h5"])
  func tiny(name: String) throws {
    let root = try HDF5File(HDF5GoldenTests.bytes("HDF5Tests/Golden/\(name)"), path: "x").root
    for _ in 0..<6 {
      let array = try root.array("x")
      let count = array.dimensions.reduce(1, *)
      var values = [UInt8](repeating: 0, count: count)
      try values.withUnsafeMutableBytes { try array.read(rows: 0..<array.dimensions[0], into: $0) }
      #expect(values == (0..<count).map { UInt8($0 * 7 % 251) })
    }
  }

  /// 32 MB, of which the golden file lacks the zeros at its end.
  @Test("with a chunk much larger than the dataset are read")
  func large() throws {
    var bytes = try HDF5GoldenTests.bytes("HDF5Tests/Golden/large-chunk.h5")
    let size = bytes[40..<48].reversed().reduce(0) { $0 << 8 | Int($1) }
    bytes += [UInt8](repeating: 0, count: size - bytes.count)
    let root = try HDF5File(bytes, path: "x").root
    let expected: [Float] = [1, 2, 3] + [Float](repeating: 0, count: 122) + [1, 2, 3]
    #expect(try root.readValues("x").values == .floats(expected))
    let array = try root.array("x")
    #expect(array.dimensions == [2, 64] && array.chunkRows == 2)
    var values = [Float](repeating: -1, count: 64)
    try values.withUnsafeMutableBytes { try array.read(rows: 1..<2, into: $0) }
    #expect(values == Array(expected[64...]))
  }

  @Test("of chunks larger than their stored bytes can be are refused")
  func impossible() throws {
    func size(_ dimensions: [UInt32], stored: Int, _ filters: [HDF5Filter]) throws -> Int {
      var layout: [UInt8] = [UInt8(dimensions.count)] + [UInt8](repeating: 0, count: 8)
      for dimension in dimensions { withUnsafeBytes(of: dimension.littleEndian) { layout += $0 } }
      let chunks = try HDF5Chunks(HDF5Cursor(FileBytes(layout), 0..<layout.count))
      let chunk = HDF5Chunks.Stored(address: 0, count: stored, skippedFilters: 0, offset: [0, 0])
      return try chunks.checkedSize([chunk], [1, 1], 4, filters)
    }
    let deflate = HDF5Filter(kind: .deflate, elementSize: 4)
    #expect(try size([8192, 1024, 4], stored: 32 << 20, []) == 32 << 20)
    #expect(try size([8192, 1024, 4], stored: 40000, [deflate]) == 32 << 20)
    #expect(throws: HDF5Error.Problem.self) { try size([8192, 1024, 4], stored: 32 << 20 - 1, []) }
    #expect(throws: HDF5Error.Problem.self) { try size([8192, 1024, 4], stored: 32000, [deflate]) }
    #expect(throws: HDF5Error.Problem.self) { try size([.max, .max, 4], stored: 40000, [deflate]) }
    // 256 MB for eight bytes of values, and a quarter more.
    #expect(try size([8192, 8192, 4], stored: 300_000, [deflate]) == 256 << 20)
    #expect(throws: HDF5Error.Problem.self) { try size([8192, 10240, 4], stored: 400_000, [deflate]) }
  }
}
