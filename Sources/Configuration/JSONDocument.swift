/// Parses JSON to a configuration tree.
///
/// Source: RFC 8259, with the `NaN` and `Infinity` that Python's `json` writes.
package enum JSONDocument {
  /// The limits of a document: beyond them it is not a model description, or an attack.
  package enum Limit {
    package static let bytes = 16 << 20
    package static let depth = 64
    /// Each value occupies many times the memory of its two bytes.
    package static let values = 1_000_000
  }

  /// - Throws: `ConfigurationError.Problem.unreadable` with the position, or `.duplicateKey`.
  package static func parse(_ bytes: some Sequence<UInt8>) throws -> ConfigurationNode {
    var parser = JSONParser(bytes: Array(bytes))
    return try parser.document()
  }

  package static func parse(_ text: String) throws -> ConfigurationNode { try parse(text.utf8) }
}

/// Parses a document byte by byte; its depth is limited, and so is the stack.
private struct JSONParser {
  let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  private var values = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws -> ConfigurationNode {
    guard bytes.count <= JSONDocument.Limit.bytes else {
      throw ConfigurationError(
        .unreadable(
          reason: "\(bytes.count) bytes of JSON, more than the limit of \(JSONDocument.Limit.bytes)."), path: "")
    }
    let node = try value()
    skipSpace()
    guard position == bytes.count else { throw error("extra content after the document") }
    return node
  }

  private func error(_ reason: String) -> ConfigurationError {
    ConfigurationError(.unreadable(reason: "not JSON: \(reason), at byte \(position)."), path: "")
  }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
  }

  /// Consumes `byte` if it is next.
  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    position += 1
    return true
  }

  // MARK: - Values

  private mutating func value() throws -> ConfigurationNode {
    values += 1
    guard values <= JSONDocument.Limit.values else {
      throw ConfigurationError(
        .unreadable(reason: "JSON with more than the limit of \(JSONDocument.Limit.values) values."), path: "")
    }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return ConfigurationNode(.mapping(try nested { try $0.entries() }))
    case UInt8(ascii: "["): return ConfigurationNode(.sequence(try nested { try $0.elements() }))
    case UInt8(ascii: "\""): return ConfigurationNode(.string(try string()))
    case nil: throw error("unexpected end")
    default: return try scalar()
    }
  }

  private mutating func nested<Result>(_ body: (inout Self) throws -> Result) throws -> Result {
    guard depth < JSONDocument.Limit.depth else {
      throw ConfigurationError(
        .unreadable(reason: "JSON nested deeper than \(JSONDocument.Limit.depth) levels."), path: "")
    }
    depth += 1
    position += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func entries() throws -> [ConfigurationEntry] {
    var entries: [ConfigurationEntry] = []
    var seen: Set<String> = []
    if take(UInt8(ascii: "}")) { return entries }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw error("a key is missing") }
      let key = try string()
      guard seen.insert(key).inserted else { throw ConfigurationError(.duplicateKey(key: key), path: "") }
      guard take(UInt8(ascii: ":")) else { throw error("':' is missing") }
      entries.append(ConfigurationEntry(key, try value()))
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw error("'}' is missing") }
    return entries
  }

  private mutating func elements() throws -> [ConfigurationNode] {
    var elements: [ConfigurationNode] = []
    if take(UInt8(ascii: "]")) { return elements }
    repeat { elements.append(try value()) } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw error("']' is missing") }
    return elements
  }

  private mutating func scalar() throws -> ConfigurationNode {
    let start = position
    while let byte = next, Self.isWordByte(byte) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    switch word {
    case "null": return .null
    case "true": return true
    case "false": return false
    case "NaN": return ConfigurationNode(.number(.nan))
    case "Infinity": return ConfigurationNode(.number(.infinity))
    case "-Infinity": return ConfigurationNode(.number(-.infinity))
    default:
      // `Double` also accepts words such as "infinity" and "0x1p3".
      let isNumber = word.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) } && word.first != "+"
      if isNumber, let integer = Int(word) { return ConfigurationNode(.integer(integer)) }
      if isNumber, let number = Double(word) { return ConfigurationNode(.number(number)) }
      position = start
      throw error("a value is missing")
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.".utf8.contains(byte)
  }

  // MARK: - Strings

  private mutating func string() throws -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw error("a string is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw error("unescaped control character in a string")
      default: text.append(byte)
      }
    }
    throw error("unterminated string")
  }

  private mutating func escape() throws -> [UInt8] {
    guard let byte = next else { throw error("unterminated string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0c]
    case UInt8(ascii: "n"): return [0x0a]
    case UInt8(ascii: "r"): return [0x0d]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return try Array(unicodeEscape().utf8)
    default: throw error("unknown escape")
    }
  }

  /// Decodes one `\u` escape, or two that form a surrogate pair; an unpaired surrogate becomes U+FFFD.
  private mutating func unicodeEscape() throws -> String {
    var units = [try codeUnit()]
    if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: #"\u"#.utf8) {
      position += 2
      units.append(try codeUnit())
    }
    return String(decoding: units, as: UTF16.self)
  }

  private mutating func codeUnit() throws -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw error("unknown escape") }
    position += 4
    return unit
  }
}
