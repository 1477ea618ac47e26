import Foundation
import TestSupport
import Testing

@testable import Datasets

/// The bytes of ustar archives.
enum TarBytes {
  static func archive(_ members: [(name: String, content: [UInt8])]) -> [UInt8] {
    members.flatMap { member(name: $0.name, content: $0.content) } + [UInt8](repeating: 0, count: 1024)
  }

  static func member(name: String, content: [UInt8], kind: Character = "0", size: String? = nil) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ offset: Int) {
      header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    func octal(_ value: Int, _ digits: Int) -> String {
      let text = String(value, radix: 8)
      return String(repeating: "0", count: digits - text.count) + text
    }
    put(name, 0)
    put(size ?? octal(content.count, 11), 124)
    put(String(kind), 156)
    put("ustar\0" + "00", 257)
    put("        ", 148)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0", 148)
    return header + content + [UInt8](repeating: 0, count: -content.count & 511)
  }
}

@Suite("tar archives")
struct TarReaderTests {
  static let long =
    String(repeating: "directory", count: 5) + "/" + String(repeating: "directory", count: 5) + "/"
    + String(repeating: "n", count: 60) + ".bin"
  static let longer =
    [String](repeating: String(repeating: "d", count: 60), count: 5).joined(separator: "/") + "/"
    + String(repeating: "m", count: 120) + ".bin"

  private static func golden(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Golden", withExtension: nil)).appending(path: name).path
  }

  /// The regular files of an archive.
  private static func files(_ path: String, limit: Int = 1 << 24) throws -> [String: [UInt8]] {
    let tar = try TarReader(path: path, limit: limit)
    var files: [String: [UInt8]] = [:]
    while let member = try tar.next() {
      guard member.isFile else { continue }
      // Sizes of corrupt headers are not allocated.
      guard member.size < 1 << 20 else { continue }
      var content = [UInt8](repeating: 0, count: member.size)
      // In two parts, the second of which may be empty.
      try content.withUnsafeMutableBytes { buffer in
        let half = buffer.count / 2
        try tar.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<half]))
        try tar.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[half...]))
      }
      files[member.name.hasPrefix("./") ? String(member.name.dropFirst(2)) : member.name] = content
    }
    try tar.finish()
    return files
  }

  /// The archives of make_tar.py, and the number of their long names.
  static let archives = [
    ("python-ustar.tar.gz", 1), ("python-gnu.tar.gz", 2), ("python-pax.tar.gz", 2), ("python-plain.tar", 2),
    ("gnu-v7.tar.gz", 0), ("gnu-ustar.tar.gz", 1), ("gnu-gnu.tar.gz", 2), ("gnu-pax.tar.gz", 2),
  ]

  @Test("of Python and GNU tar, in every format, are read", arguments: archives)
  func formats(name: String, longNames: Int) throws {
    var expected: [String: [UInt8]] = [
      "data/a.bin": [[UInt8]](repeating: Array(0...255), count: 5).flatMap { $0 }, "data/empty": [],
      "data/block": [UInt8](repeating: 120, count: 512), "data/é.txt": Array("text\n".utf8),
    ]
    for long in [Self.long, Self.longer].prefix(longNames) {
      expected["data/\(long)"] = [String](repeating: String(long.suffix(5)), count: 300).flatMap { Array($0.utf8) }
    }
    #expect(try Self.files(Self.golden(name)) == expected)
  }

  @Test("with sparse files are refused", arguments: ["sparse-gnu.tar.gz", "sparse-pax.tar.gz"])
  func sparse(name: String) throws {
    let path = try Self.golden(name)
    #expect {
      try Self.files(path)
    } throws: {
      "\($0)"
        == "\(path): it has a sparse file\(name.contains("gnu") ? " or a part of one" : "") ('sparse.bin'), which is "
        + "not supported."
    }
  }

  @Test("are truncated or corrupt with an error, at every block and every byte of a header")
  func damage() throws {
    let directory = try TemporaryDirectory()
    let whole = TarBytes.archive([("a", [1, 2, 3]), ("b", [UInt8](repeating: 7, count: 600))])
    let contents = try Self.files(directory.write(whole, to: "whole.tar"))
    #expect(contents.count == 2)
    for count in stride(from: 1, to: whole.count - 1024, by: 128) where ![1024, 2560].contains(count) {
      let path = try directory.write(Array(whole[..<count]), to: "cut.tar")
      #expect(throws: DatasetError.self, "\(count)") { try Self.files(path) }
    }
    // The last byte of the checksum is padding.
    for index in 0..<512 where index != 155 {
      var corrupt = whole
      corrupt[index] ^= 0x41
      let path = try directory.write(corrupt, to: "corrupt.tar")
      #expect(throws: DatasetError.self, "\(index)") { try Self.files(path) }
    }
    let packed = IDXBytes.gzip(whole)
    for count in 3..<packed.count {
      let path = try directory.write(Array(packed[..<count]), to: "cut.tar.gz")
      #expect(throws: DatasetError.self, "\(count)") { try Self.files(path) }
    }
    for index in 0..<8 * packed.count {
      var corrupt = packed
      corrupt[index / 8] ^= 1 << (index % 8)
      let read = try? Self.files(directory.write(corrupt, to: "corrupt.tar.gz"))
      #expect(read == nil || read == contents, "\(index)")
    }
  }

  /// Invalid archives, and the message.
  static let refused: [(bytes: [UInt8], reason: String)] = [
    ([], "empty"), (Array("<html>no</html>".utf8), "a web page (HTML), not a tar archive"),
    ([UInt8](repeating: 200, count: 600), "not a tar archive"),
    (TarBytes.member(name: "a", content: [], size: "77777777777"), "truncated tar archive"),
    (TarBytes.member(name: "a", content: [], size: "8x"), "corrupt tar header at byte 0"),
    (TarBytes.member(name: "a", content: [], size: "-7"), "corrupt tar header at byte 0"),
    (
      TarBytes.member(name: "x", content: [], kind: "x", size: "77777777"),
      "corrupt: it has an extended header of 16777215 bytes"
    ),
    (TarBytes.member(name: "a", content: [1, 2], kind: "x"), "truncated tar archive"),
    (
      TarBytes.member(name: "a", content: [1, 2], kind: "M"),
      "it has a sparse file or a part of one ('a'), which is not supported"
    ),
    (
      TarBytes.archive([("a", [])]).dropLast(1024) + [UInt8](repeating: 9, count: 512), "corrupt tar header at byte 512"
    ),
    (TarBytes.archive([("a", [UInt8](repeating: 0, count: 1 << 17))]), "it unpacks to more than 100000 bytes"),
  ]

  @Test("that are invalid are refused", arguments: refused.indices)
  func refusals(index: Int) throws {
    let directory = try TemporaryDirectory()
    let (bytes, reason) = Self.refused[index]
    let path = try directory.write(bytes, to: "x.tar")
    #expect {
      _ = try Self.files(path, limit: 100_000)
    } throws: {
      "\($0)" == "\(path): \(reason)."
    }
  }

  @Test("may state sizes in base 256 and in extended headers")
  func largeSizes() throws {
    let directory = try TemporaryDirectory()
    var binary = TarBytes.member(name: "a", content: [5, 6])
    binary.replaceSubrange(124..<136, with: [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    let sum = binary[..<512].enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    binary.replaceSubrange(148..<156, with: Array((String(sum, radix: 8) + "\0\0\0\0\0\0\0").utf8.prefix(8)))
    #expect(try Self.files(directory.write(binary, to: "a.tar")) == ["a": [5, 6]])
    let extended = TarBytes.member(name: "x", content: Array("9 size=2\n12 path=b/c\n".utf8), kind: "x")
    let member = TarBytes.member(name: "a", content: [5, 6], size: "00000000000")
    #expect(try Self.files(directory.write(extended + member, to: "b.tar")) == ["b/c": [5, 6]])
  }
}
