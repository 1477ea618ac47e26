import Foundation
import HDF5Reading
import HDF5Writing
import Testing

@Suite("HDF5 files")
struct HDF5Tests {
  /// Writes a file in memory and opens its bytes again.
  private func reopened(userBlock: Int = 0, _ write: (HDF5GroupWriter) throws -> Void) throws -> HDF5Group {
    let file = try HDF5Writer(path: "test.h5", userBlockSize: userBlock)
    try write(file.root)
    let image = try file.image()
    return try HDF5File([UInt8](repeating: 7, count: userBlock) + image, path: "test.h5").root
  }

  @Test("are the same bytes in the library's memory, after the user block", arguments: [10, 300_000, 3_000_000])
  func imageInPlace(count: Int) throws {
    let file = try HDF5Writer(path: "test.h5", userBlockSize: 512)
    try file.root.write((0..<count).map { Float($0) }, dimensions: [count], to: "a/floats")
    try file.root.setAttribute("after", 7)
    let copy = try file.image()
    var content: [UInt8] = []
    let image = try HDF5Image(of: file, userBlockSize: 512) {
      content = Array($0)
      return [UInt8](repeating: 9, count: 512)
    }
    #expect(content == copy)
    #expect(image.count == 512 + copy.count)
    #expect(image.withBytes { Array($0) } == [UInt8](repeating: 9, count: 512) + copy)
  }

  @Test("round-trip numbers, with their dimensions")
  func numbers() throws {
    let root = try reopened {
      try $0.write([Float](arrayLiteral: 1, -2.5, .infinity, 4, 5, 6), dimensions: [2, 3], to: "a/floats")
      try $0.write([Double.pi], dimensions: [], to: "double")
      try $0.write([Int64.min, 7], dimensions: [2], to: "integers")
      try $0.write([Float](), dimensions: [0], to: "empty")
    }
    let (floats, dimensions): ([Float], [Int]) = try root.group("a").read("floats")
    #expect(floats == [1, -2.5, .infinity, 4, 5, 6])
    #expect(dimensions == [2, 3])
    let double: [Double] = try root.read("double").values
    #expect(double == [.pi])
    let integers: [Int64] = try root.read("integers").values
    #expect(integers == [.min, 7])
    let empty: [Float] = try root.read("empty").values
    #expect(empty.isEmpty)
    // Integers read as floating-point numbers, and floats as doubles.
    let converted: [Double] = try root.read("a/floats").values
    #expect(converted[1] == -2.5)
  }

  @Test("round-trip strings and attributes")
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

  @Test("in memory at the same time are different files, whatever their names")
  func severalAtOnce() throws {
    func root(_ value: Float) throws -> HDF5Group {
      try reopened { try $0.write([value], dimensions: [1], to: "value") }
    }
    let (first, second) = (try root(1), try root(2))
    let values: [Float] = try first.read("value").values + second.read("value").values
    #expect(values == [1, 2])
  }

  @Test("have a user block, and hard links to the same numbers")
  func userBlockAndLinks() throws {
    let root = try reopened(userBlock: 512) {
      try $0.write([Float](arrayLiteral: 1, 2), dimensions: [2], to: "here")
      try $0.createGroup("there").link("too", to: "/here")
    }
    let linked: [Float] = try root.read("there/too").values
    #expect(linked == [1, 2])
    #expect(root.names == ["here", "there"])
    #expect(try root.contains("there/too"))
    #expect(try !root.contains("nowhere/too"))
  }

  @Test("have members whose names look the same but are encoded differently")
  func normalization() throws {
    let (composed, decomposed) = ("\u{e9}", "e\u{301}")
    let both = try reopened {
      try $0.write([Float(1)], dimensions: [1], to: composed)
      try $0.write([Float(2)], dimensions: [1], to: decomposed)
    }
    func value(_ name: String, in group: HDF5Group) throws -> HDF5Values { try group.readValues(name).values }
    #expect(both.names.map { Array($0.utf8) } == [decomposed, composed].map { Array($0.utf8) })
    #expect(try value(composed, in: both) == .floats([1]) && value(decomposed, in: both) == .floats([2]))
    // The only one is found in either encoding.
    let one = try reopened { try $0.write([Float(3)], dimensions: [1], to: "group/\(decomposed)/x") }
    #expect(try value("group/\(composed)/x", in: one) == .floats([3]))
    #expect(try !one.contains("group/e"))
  }

  @Test("with equal contents are equal bytes")
  func reproducible() throws {
    func image() throws -> [UInt8] {
      let file = try HDF5Writer(path: "test.h5")
      try file.root.createGroup("group").setAttribute("name", "value")
      try file.root.write([Float](repeating: 1, count: 1000), dimensions: [10, 100], to: "group/data")
      return try file.image()
    }
    let first = try image()
    // Timestamps, if there were any, have seconds: wait for the next one.
    let second = time(nil)
    while time(nil) == second { usleep(10_000) }
    #expect(try image() == first)
  }

  @Test("report what is wrong and where")
  func errors() throws {
    let root = try reopened {
      try $0.write([Float](repeating: 0, count: 100), dimensions: [100], to: "floats")
      try $0.write("text", to: "text")
      try $0.setAttribute("text", "text")
      _ = try $0.createGroup("group")
    }
    func message(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> String {
      let error = #expect(throws: HDF5Error.self, sourceLocation: sourceLocation) { try body() }
      return error.map { "\($0)" } ?? ""
    }
    #expect(message { let _: [Float] = try root.read("none").values } == "test.h5: /none: is missing.")
    #expect(
      message { let _: [Float] = try root.read("text").values }
        == "test.h5: /text: expected floating-point numbers, found text.")
    #expect(
      message { let _: [Int64] = try root.read("floats").values }
        == "test.h5: /floats: expected integers, found 32-bit floating-point numbers.")
    #expect(
      message { _ = try root.readText("floats") }
        == "test.h5: /floats: expected text, found 32-bit floating-point numbers.")
    #expect(message { _ = try root.attribute("none") } == "test.h5: /@none: is missing.")
    #expect(message { _ = try root.integerAttribute("text") } == "test.h5: /@text: expected integers, found text.")
    #expect(message { _ = try root.group("floats") } == "test.h5: /floats: expected a group, found a dataset.")
    #expect(message { _ = try root.readText("group") } == "test.h5: /group: expected a dataset, found a group.")
    #expect(
      message { _ = try HDF5File([1, 2, 3], path: "three.h5") }
        == "three.h5: expected an HDF5 file, found another one.")
  }

  @Test("that the library rejects report why")
  func writingErrors() throws {
    let file = try HDF5Writer(path: "test.h5")
    try file.root.write("text", to: "text")
    let error = #expect(throws: HDF5WritingError.self) { try file.root.write("text", to: "text") }
    #expect("\(try #require(error))".hasPrefix("test.h5: /text: HDF5 could not create the dataset: "))
  }
}
