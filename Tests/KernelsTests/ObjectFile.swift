import Foundation
import Testing

/// The symbols of a 64-bit little-endian ELF object file.
///
/// Source: System V Application Binary Interface, chapter 4, "Sections" and "Symbol Table"
/// (https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.intro.html).
struct ObjectFile {
  struct Symbol {
    let name: String
    /// The linker keeps one of several symbols with this name.
    let isWeak: Bool
    let isCode: Bool
    /// It is defined in another object file.
    let isUndefined: Bool
  }

  let symbols: [Symbol]

  init(path: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    try #require(bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), "\(path) is not a 64-bit little-endian ELF file")
    let reader = ELFReader(bytes: bytes)
    symbols = reader.sections.filter { $0.type == Section.symbolTable }.flatMap(reader.symbols)
  }

  /// The relevant fields of a section header.
  fileprivate struct Section {
    static let symbolTable = 2

    let type: Int
    let range: Range<Int>
    /// The section with the names of a symbol table.
    let link: Int
  }
}

private struct ELFReader {
  let bytes: [UInt8]

  private func number<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int) -> Int {
    bytes.withUnsafeBytes { Int(Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type))) }
  }

  var sections: [ObjectFile.Section] {
    let (table, size, count) = (
      number(UInt64.self, at: 0x28), number(UInt16.self, at: 0x3a), number(UInt16.self, at: 0x3c)
    )
    return (0..<count).map { index in
      let header = table + index * size
      let start = number(UInt64.self, at: header + 24)
      return ObjectFile.Section(
        type: number(UInt32.self, at: header + 4), range: start..<start + number(UInt64.self, at: header + 32),
        link: number(UInt32.self, at: header + 40))
    }
  }

  func symbols(_ section: ObjectFile.Section) -> [ObjectFile.Symbol] {
    let (entrySize, weak, function) = (24, 2, 2)
    let names = sections[section.link].range.lowerBound
    return stride(from: section.range.lowerBound, to: section.range.upperBound, by: entrySize).map { entry in
      let info = number(UInt8.self, at: entry + 4)
      return ObjectFile.Symbol(
        name: name(at: names + number(UInt32.self, at: entry)), isWeak: info >> 4 == weak,
        isCode: info & 15 == function, isUndefined: number(UInt16.self, at: entry + 6) == 0)
    }
  }

  /// A NUL-terminated string.
  private func name(at start: Int) -> String {
    String(decoding: bytes[start...].prefix { $0 != 0 }, as: UTF8.self)
  }
}
