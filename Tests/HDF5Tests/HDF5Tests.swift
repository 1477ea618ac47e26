import Foundation
import HDF5
import Testing

@Suite("HDF5 files")
struct HDF5Tests {
  /// Writes a file in memory and opens its bytes again.
  private func reopened(userBlock: Int = 0, _ write: (HDF5Group) throws -> Void) throws -> HDF5Group {
    let file = try HDF5File.createInMemory(path: "test.h5", userBlockSize: userBlock)
    try write(file.root)
    let image = try file.image()
    return try HDF5File.open(image: [UInt8](repeating: 7, count: userBlock) + image, path: "test.h5").root
  }

  @Test("give back numbers, with their dimensions")
  func numbers() throws {
    let root = try reopened {
      try $0.write([Float](arrayLiteral: 1, -2.5, .infinity, 4, 5, 6), dimensions: [2, 3], to: "a/floats")
      try $0.write([Double.pi], dimensions: [], to: "double")
      try $0.write([Int64.min, 7], dimensions: [2], to: "integers")
      try $0.write([Float](), dimensions: [0], to: "empty")
    }
    let (floats, dimensions): ([Float], [Int]) = try root.group("a").read("floats", maximumCount: 6)
    #expect(floats == [1, -2.5, .infinity, 4, 5, 6])
    #expect(dimensions == [2, 3])
    let double: [Double] = try root.read("double", maximumCount: 1).values
    #expect(double == [.pi])
    let integers: [Int64] = try root.read("integers", maximumCount: 2).values
    #expect(integers == [.min, 7])
    let empty: [Float] = try root.read("empty", maximumCount: 1).values
    #expect(empty.isEmpty)
    // Integers read as floating-point numbers, and floats as doubles.
    let converted: [Double] = try root.read("a/floats", maximumCount: 6).values
    #expect(converted[1] == -2.5)
  }

  @Test("give back texts and attributes")
  func texts() throws {
    let root = try reopened {
      try $0.write("zwei\nZeilen, ü", to: "text")
      try $0.write("", to: "empty")
      try $0.setAttribute("text", String(repeating: "x", count: 70_000))
      try $0.setAttribute("list", ["a", "", "längere"])
      try $0.setAttribute("none", [])
      try $0.setAttribute("number", -3)
    }
    #expect(try root.readText("text") == "zwei\nZeilen, ü")
    #expect(try root.readText("empty") == "")
    #expect(try root.attribute("text").count == 70_000)
    #expect(try root.attributes("list") == ["a", "", "längere"])
    #expect(try root.attributes("none") == [])
    #expect(try root.integerAttribute("number") == -3)
  }

  @Test("in memory at the same time are different files, whatever they are called")
  func severalAtOnce() throws {
    func root(_ value: Float) throws -> HDF5Group {
      try reopened { try $0.write([value], dimensions: [1], to: "value") }
    }
    let (first, second) = (try root(1), try root(2))
    let values: [Float] = try first.read("value", maximumCount: 1).values + second.read("value", maximumCount: 1).values
    #expect(values == [1, 2])
  }

  @Test("keep a user block in front, and hard links to the same numbers")
  func userBlockAndLinks() throws {
    let root = try reopened(userBlock: 512) {
      try $0.write([Float](arrayLiteral: 1, 2), dimensions: [2], to: "here")
      try $0.createGroup("there").link("too", to: "/here")
    }
    let linked: [Float] = try root.read("there/too", maximumCount: 2).values
    #expect(linked == [1, 2])
    #expect(try root.names() == ["here", "there"])
    #expect(try root.contains("there/too"))
    #expect(try !root.contains("nowhere/too"))
  }

  @Test("with equal contents are equal bytes")
  func reproducible() throws {
    func image() throws -> [UInt8] {
      let file = try HDF5File.createInMemory(path: "test.h5")
      try file.root.createGroup("group").setAttribute("name", "value")
      try file.root.write([Float](repeating: 1, count: 1000), dimensions: [10, 100], to: "group/data")
      return try file.image()
    }
    let first = try image()
    // Time stamps, if there were any, have seconds.
    Thread.sleep(forTimeInterval: 1.1)
    #expect(try image() == first)
  }

  @Test("say what is wrong and where")
  func errors() throws {
    let root = try reopened {
      try $0.write([Float](repeating: 0, count: 100), dimensions: [100], to: "floats")
      try $0.write("text", to: "text")
      try $0.setAttribute("text", "text")
    }
    func message(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> String {
      let error = #expect(throws: HDF5Error.self, sourceLocation: sourceLocation) { try body() }
      return error.map { "\($0)" } ?? ""
    }
    func read(_ name: String, _ maximumCount: Int = 1000) throws {
      let _: [Float] = try root.read(name, maximumCount: maximumCount).values
    }
    #expect(message { try read("none") } == "test.h5: /none: is missing.")
    #expect(message { try read("text") } == "test.h5: /text: expected floating-point numbers, found text.")
    #expect(
      message { try read("floats", 99) } == "test.h5: /floats: expected at most 99 values, found the dimensions [100].")
    #expect(
      message { _ = try root.readText("floats") } == "test.h5: /floats: expected text, found floating-point numbers.")
    #expect(message { _ = try root.attribute("none") } == "test.h5: /@none: is missing.")
    #expect(message { _ = try root.integerAttribute("text") } == "test.h5: /@text: expected integers, found text.")
    #expect(message { _ = try root.group("floats") }.hasPrefix("test.h5: /floats: HDF5 could not open the group: "))
    #expect(
      message { _ = try HDF5File.open("/nowhere/file.h5") }.hasPrefix(
        "/nowhere/file.h5: HDF5 could not open the file: "))
    #expect(
      message { _ = try HDF5File.open(image: [1, 2, 3], path: "three.h5") }
        .hasPrefix("three.h5: HDF5 could not open the file: "))
  }

  @Test("whose texts do not lie where they are said to are refused before the library reads them")
  func globalHeap() throws {
    let file = try HDF5File.createInMemory(path: "test.h5")
    try file.root.setAttribute("list", ["first", "second"])
    let good = try file.image()
    let start = try #require((0..<good.count - 8).first { Array(good[$0..<$0 + 4]) == Array("GCOL".utf8) })
    #expect(try HDF5File.open(image: good, path: "test.h5").root.attributes("list") == ["first", "second"])
    // The size of the collection, of its first text, and of the free space: nothing, or more than there is.
    let firstText = start + 16 + 8
    let freeSpace = start + 16 + 2 * 24 + 8
    for (position, sizes) in [
      (start + 8, [0, 8, 1 << 40]), (firstText, [1 << 40, 5000, -1]), (freeSpace, [0, 8, 1 << 40]),
    ] {
      for size in sizes {
        var bad = good
        withUnsafeBytes(of: size.littleEndian) { bad.replaceSubrange(position..<position + 8, with: $0) }
        #expect {
          _ = try HDF5File.open(image: bad, path: "test.h5")
        } throws: {
          "\($0)" == "test.h5: expected texts that lie within the file, found sizes that are wrong."
        }
      }
    }
  }

  @Test("leave no handle open")
  func leaks() throws {
    func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
    let path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString).h5").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try HDF5File.createInMemory(path: path)
    try file.root.write([Float](arrayLiteral: 1), dimensions: [1], to: "a")
    try Data(file.image()).write(to: URL(filePath: path))
    _ = try HDF5File.open(path).root.names()
    let before = try descriptors()
    for _ in 0..<300 {
      let root = try HDF5File.open(path).root
      let _: [Float] = try root.read("a", maximumCount: 1).values
      #expect(throws: HDF5Error.self) { _ = try root.group("b") }
    }
    // Tests beside this one may hold a few.
    #expect(try descriptors() < before + 50)
  }
}
