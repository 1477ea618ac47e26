import DurableFiles
import HDF5Writing
import Testing

@testable import HDF5Reading

@Suite("Malicious HDF5 files")
struct HDF5HostileTests {
  /// Reads the whole contents of a file in every way. It may only throw, not crash.
  ///
  /// Checksums of metadata are not verified: a malicious file has the right ones.
  private static func readAll(_ bytes: [UInt8]) {
    guard let file = try? HDF5File(FileBytes(bytes), path: "x", verifiesChecksums: false) else { return }
    var visits = 0
    readAll(of: file.root, visits: &visits)
  }

  private static func readAll(of group: HDF5Group, visits: inout Int) {
    for name in group.attributeNames {
      _ = try? group.attributes(name)
      _ = try? group.integerAttribute(name)
    }
    for name in group.names {
      visits += 1
      // A group that contains itself is valid.
      guard visits < 500 else { return }
      if let inner = try? group.group(name) {
        readAll(of: inner, visits: &visits)
      } else {
        _ = try? group.readValues(name)
        let _: [Double]? = try? group.read(name).values
        _ = try? group.readText(name)
        if let array = try? group.array(name), let rows = array.dimensions.first, rows > 0 {
          var row = [UInt8](repeating: 0, count: array.dimensions.dropFirst().reduce(array.elementSize, *))
          try? row.withUnsafeMutableBytes { try array.read(rows: rows - 1..<rows, into: $0) }
        }
      }
    }
  }

  private static let files = ["plain.h5", "user-block.h5", "order.h5", "newest.h5", "indexed.h5", "refused.h5"]

  private static func bytes(_ name: String) throws -> [UInt8] {
    try HDF5GoldenTests.bytes("HDF5Tests/Golden/\(name)")
  }

  @Test("are read or refused with any bytes changed at random", arguments: files)
  func mutations(name: String) throws {
    let good = try Self.bytes(name)
    // Reproducible from its number: a linear congruential generator (Knuth's MMIX).
    for seed in UInt64(0)..<1500 {
      var (state, bytes) = (seed, good)
      func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
      }
      for _ in 0...random(8) { bytes[random(bytes.count)] = UInt8(random(256)) }
      Self.readAll(bytes)
    }
  }

  @Test("are read or refused with any word changed", arguments: ["user-block.h5", "newest.h5", "indexed-zeros.h5"])
  func words(name: String) throws {
    let good = try Self.bytes(name)
    let zeros: [UInt8] = [0, 0, 0, 0]
    for position in stride(from: 0, to: good.count - 7, by: 4) where !good[position...].starts(with: zeros) {
      for number in [0, UInt64(good.count), 1 << 31, 1 << 62, UInt64(Int.max), .max] {
        var bytes = good
        withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(position..<position + 8, with: $0) }
        Self.readAll(bytes)
      }
    }
  }

  @Test("are refused if truncated anywhere, and read or refused if their end is adjusted")
  func truncation() throws {
    let file = try HDF5Writer(path: "x")
    try file.root.write([Float](repeating: 1, count: 10), dimensions: [10], to: "group/values")
    try file.root.setAttribute("texts", ["first", "second"])
    let good = try file.image()
    for count in good.indices {
      var bytes = Array(good[..<count])
      #expect(throws: HDF5Error.self) { try HDF5File(bytes, path: "x") }
      guard count > 48 else { continue }
      // The end of the file, in the superblock.
      withUnsafeBytes(of: UInt64(count).littleEndian) { bytes.replaceSubrange(40..<48, with: $0) }
      Self.readAll(bytes)
    }
  }

  @Test("do not give the same byte over and over")
  func allowance() throws {
    let file = try HDF5Writer(path: "x")
    try file.root.write([Float](repeating: 1, count: 1 << 20), dimensions: [1 << 20], to: "values")
    for name in 0..<100 { try file.root.link("\(name)", to: "/values") }
    let root = try HDF5File(file.image(), path: "x").root
    var count = 0
    let error = #expect(throws: HDF5Error.self) {
      for name in 0..<100 {
        _ = try root.readValues("\(name)")
        count += 1
      }
    }
    #expect((7...8).contains(count))
    #expect("\(try #require(error))".hasSuffix("is malformed HDF5: its structures are circular or overlap."))
  }

  @Test("with cycles are refused")
  func circles() throws {
    let file = try HDF5Writer(path: "x")
    // Enough that the header has a second block.
    for number in 0..<50 { try file.root.setAttribute("\(number)", number) }
    for number in 0..<300 { _ = try file.root.createGroup("group/\(number)") }
    let good = try file.image()
    func message(_ bytes: [UInt8]) throws -> String {
      let error = #expect(throws: HDF5Error.self) { _ = try HDF5File(bytes, path: "x").root.group("group") }
      return "\(try #require(error))"
    }
    // A message of type 16 and of 16 bytes says where the next block is: here, where the first one is.
    let root = try HDF5Superblock(FileBytes(good)).root
    var bytes = good
    let continuation = try #require(
      (root..<good.count).first { good[$0...].starts(with: [0x10, 0, 0x10, 0, 0, 0, 0, 0]) })
    withUnsafeBytes(of: UInt64(root + 16).littleEndian) {
      bytes.replaceSubrange(continuation + 8..<continuation + 16, with: $0)
    }
    #expect(try message(bytes).contains("is malformed HDF5: "))
    // A tree node that is its own child.
    bytes = good
    let tree = try #require(
      (0..<good.count - 8).first { good[$0...].starts(with: [0x54, 0x52, 0x45, 0x45, 0, 1]) })
    withUnsafeBytes(of: UInt64(tree).littleEndian) { bytes.replaceSubrange(tree + 32..<tree + 40, with: $0) }
    #expect(try message(bytes) == "x: /group: is malformed HDF5: a tree in it is inconsistent.")
  }

  @Test("take time proportional to the length of a chain")
  func longWays() throws {
    let file = try HDF5Writer(path: "x")
    try file.root.link("again", to: "/")
    try file.root.write([Float(7)], dimensions: [], to: "value")
    let root = try HDF5File(file.image(), path: "x").root
    let way = String(repeating: "again/", count: 200_000)
    let values: [Float] = try root.read(way + "value").values
    #expect(values == [7])
    #expect(try root.group(way).names == ["again", "value"])
    #expect(try !root.contains(way + "none"))
  }

  @Test("have the checksums of their chunks verified")
  func checksums() throws {
    let content: [UInt8] = [1, 2, 3, 4, 5]
    let filter = HDF5Filter(kind: .checksum, elementSize: 1)
    let sum = HDF5Filter.fletcher32(content[...])
    // Of 0x0102, 0x0304 and 0x0500: their sum 0x0906, and the sum of the sums.
    #expect(sum & 0xffff == 0x0906)
    #expect(sum >> 16 == 0x0102 + 0x0406 + 0x0906)
    let right = withUnsafeBytes(of: sum.littleEndian) { content + $0 }
    #expect(try HDF5Filter.unpacked(right[...], [filter], skipped: 0, count: 5) == content)
    #expect(throws: HDF5Error.Problem.self) {
      try HDF5Filter.unpacked((content + [0, 0, 0, 0])[...], [filter], skipped: 0, count: 5)
    }
    #expect(throws: HDF5Error.Problem.self) {
      try HDF5Filter.unpacked(content[..<3], [filter], skipped: 0, count: 5)
    }
  }
}
