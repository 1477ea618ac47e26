/// A header block of a tar archive: 512 bytes.
struct TarHeader {
  let name: String
  let kind: Character
  let size: Int

  /// - Parameter block: 512 bytes.
  /// - Returns: nil if the checksum or the size is invalid.
  init?(_ block: UnsafeRawBufferPointer) {
    guard block.count == 512, let sum = Self.octal(block[148..<156]) else { return nil }
    // The checksum counts its own field as spaces; some old archives sum signed bytes.
    let bytes = block.indices.map { (148..<156).contains($0) ? UInt8(32) : block[$0] }
    let isValid = [bytes.reduce(0) { $0 + Int($1) }, bytes.reduce(0) { $0 + Int(Int8(bitPattern: $1)) }].contains(sum)
    guard isValid, let size = Self.number(block[124..<136]) else { return nil }
    self.size = size
    kind = Character(Unicode.Scalar(block[156]))
    let name = Self.text(block[..<100])
    // GNU tar's own format has other fields there.
    let prefix = block[257..<263].elementsEqual("ustar\0".utf8) ? Self.text(block[345..<500]) : ""
    self.name = prefix.isEmpty ? name : "\(prefix)/\(name)"
  }

  private static func text(_ field: Slice<UnsafeRawBufferPointer>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// A size: octal digits, or in base 256 if the first bit is 1. At most 2^62.
  private static func number(_ field: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard let first = field.first, first & 0x80 != 0 else { return octal(field) }
    guard first == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else { return nil }
    let value = field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return value <= 1 << 62 ? Int(value) : nil
  }

  /// Octal digits between spaces and NUL bytes.
  private static func octal(_ field: Slice<UnsafeRawBufferPointer>) -> Int? {
    let digits = field.drop { $0 == 32 || $0 == 0 }.prefix { $0 != 32 && $0 != 0 }
    return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
  }
}

/// What extended headers state of the next member.
struct TarExtensions {
  private(set) var name: String?
  private(set) var size: Int?
  /// The name of a sparse file, whose member has another one.
  private(set) var sparseName: String?
  private(set) var isSparse = false
  /// Whether there was an extended header.
  private(set) var isPresent = false

  /// Adds an extended header. Records that are not understood are ignored.
  ///
  /// - Parameter kind: `x` for pax records, `L` for GNU tar's long name, `K` for a long link target.
  mutating func add(kind: Character, _ bytes: [UInt8]) {
    isPresent = true
    if kind == "L" { name = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    guard kind == "x" else { return }
    for (key, value) in Self.records(bytes) {
      switch key {
      case "path": name = value
      case "size": size = Int(value).flatMap { (0...1 << 62).contains($0) ? $0 : nil }
      default:
        if key == "GNU.sparse.name" { sparseName = value }
        if key.hasPrefix("GNU.sparse.") { isSparse = true }
      }
    }
  }

  /// pax records: `LENGTH KEY=VALUE\n`, where the length in bytes includes itself.
  private static func records(_ bytes: [UInt8]) -> [(key: String, value: String)] {
    var records: [(key: String, value: String)] = []
    var rest = bytes[...]
    while let space = rest.firstIndex(of: 32),
      let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
      length > space - rest.startIndex + 1, length <= rest.count
    {
      let record = rest[(space + 1)..<(rest.startIndex + length)].dropLast()
      if let equals = record.firstIndex(of: UInt8(ascii: "=")) {
        records.append(
          (
            String(decoding: record[..<equals], as: UTF8.self),
            String(decoding: record[(equals + 1)...], as: UTF8.self)
          ))
      }
      rest = rest.dropFirst(length)
    }
    return records
  }
}
