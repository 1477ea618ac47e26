import Foundation
import Testing

@testable import HDF5Reading

/// Files of `Golden/make_golden.py`, and the other golden files of the tests, compared with h5py.
@Suite("HDF5 files written by h5py")
struct HDF5GoldenTests {
  /// The directory of all tests.
  static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  static func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: tests.appending(path: name))) }

  /// The lines of `contents.txt`: a file, its number of objects, and FNV-1a over them.
  static let files: [String] = {
    let text = try? String(contentsOf: tests.appending(path: "HDF5Tests/Golden/contents.txt"), encoding: .utf8)
    return text?.split(separator: "\n").map(String.init) ?? []
  }()

  @Test("have the contents that h5py reads, to the last bit", arguments: files)
  func contents(line: String) throws {
    let name = line.split(separator: " ")[0]
    let found = try Self.contents(of: HDF5File(Self.bytes(String(name)), path: String(name)).root)
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    for (_, bytes) in found.sorted(by: { $0.heading < $1.heading }) {
      for byte in bytes { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    let hexadecimal = String(digest, radix: 16)
    let padded = String(repeating: "0", count: 16 - hexadecimal.count) + hexadecimal
    #expect("\(name) \(found.count) \(padded)" == line, "\(found.map(\.heading).sorted())")
  }

  @Test(
    "are all tested", arguments: ["KerasGolden/Files", "ModelFilesTests/Golden", "ModelFilesTests/Golden/graphs"])
  func complete(directory: String) throws {
    let listed = Set(Self.files.compactMap { $0.split(separator: " ").first.map(String.init) })
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.tests.appending(path: directory).path)
    let files = names.filter { $0.hasSuffix(".h5") }.map { "\(directory)/\($0)" }
    #expect(!files.isEmpty && Set(files).subtracting(listed).isEmpty)
  }

  private typealias Entry = (heading: String, bytes: [UInt8])

  private static func contents(of group: HDF5Group) throws -> [Entry] {
    let attributes = try group.attributeNames.map { name in
      let place = "\(group.path)@\(name)"
      guard let texts = try? group.attributes(name) else {
        return entry("\(place) integers", [], [Int64(try group.integerAttribute(name))])
      }
      return entry("\(place) texts", [], texts.flatMap { Array($0.utf8) + [0] })
    }
    return try attributes + group.names.flatMap { name in try contents(of: name, in: group) }
  }

  private static func contents(of name: String, in group: HDF5Group) throws -> [Entry] {
    if let inner = try? group.group(name) { return try contents(of: inner) }
    let path = group.path == "/" ? "/\(name)" : "\(group.path)/\(name)"
    if let (values, dimensions) = try? group.readValues(name) {
      switch values {
      case .floats(let values): return [entry("\(path) floats", dimensions, values)]
      case .integers(let values): return [entry("\(path) integers", dimensions, values)]
      }
    }
    if let (values, dimensions): ([Double], [Int]) = try? group.read(name) {
      return [entry("\(path) doubles", dimensions, values)]
    }
    do { return [entry("\(path) texts", [], Array(try group.readText(name).utf8) + [0])] } catch let error as HDF5Error
    {
      // Lists of strings are read from attributes only.
      guard error.problem == .unexpected(expected: "one text", found: "3 texts") else { throw error }
      return []
    }
  }

  private static func entry(_ what: String, _ dimensions: [Int], _ values: [some BitwiseCopyable]) -> Entry {
    let heading = ([what] + dimensions.map(String.init)).joined(separator: " ")
    return (heading, Array(heading.utf8) + [10] + values.withUnsafeBytes { Array($0) })
  }

  // MARK: - Unsupported features

  @Test("left open by a program that was killed are refused with advice")
  func unclosed() throws {
    let error = #expect(throws: HDF5Error.self) {
      try HDF5File(Self.bytes("HDF5Tests/Golden/unclosed.h5"), path: "unclosed.h5")
    }
    #expect(
      "\(try #require(error))" == "unclosed.h5: expected a closed file, found one that a program writes, or did not "
        + "close; wait for it, or run 'h5clear -s' on the file.")
  }

  @Test(
    "with unsupported features are refused by name",
    arguments: [
      ("refused.h5", "half", "expected floating-point numbers, found 16-bit floating-point numbers."),
      (
        "refused.h5", "complex",
        "expected floating-point numbers, found compound values, such as records or complex numbers."
      ),
      ("refused.h5", "bool", "expected floating-point numbers, found an enumeration, such as booleans."),
      ("refused.h5", "reference", "expected floating-point numbers, found references."),
      ("refused.h5", "type", "is malformed HDF5: its header is incomplete."),
      ("refused.h5", "named", "was written with named types: that is not read. Write it again with h5py's defaults."),
      ("refused.h5", "lzf", "expected values compressed with deflate, or uncompressed, found LZF (filter 32000)."),
      ("refused.h5", "unwritten", "expected values, found none: nothing was written to the dataset."),
      (
        "refused.h5", "partly",
        "expected all of its values, found only 1 of 2 chunks."
      ),
      ("refused.h5", "soft", "expected an object of this file, found an external or symbolic link."),
      (
        "refused-newest.h5", "many",
        "was written with a newer HDF5 layout (many members in a group): that is not read. "
          + "Write it again with h5py's defaults."
      ),
      (
        "refused-newest.h5", "attributes",
        "was written with a newer HDF5 layout (many attributes): that is not read. "
          + "Write it again with h5py's defaults."
      ),
    ])
  func refusals(file: String, name: String, message: String) throws {
    let root = try HDF5File(Self.bytes("HDF5Tests/Golden/\(file)"), path: file).root
    let error = #expect(throws: HDF5Error.self) { let _: [Float] = try root.read(name).values }
    #expect("\(try #require(error))" == "\(file): /\(name): \(message)")
  }
}
