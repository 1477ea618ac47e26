/// A Python literal in the header of a NumPy file: a dictionary of strings, booleans, integers and tuples.
enum PythonLiteral: Equatable {
  case string(String)
  case bool(Bool)
  case integer(Int)
  case none
  /// A tuple or a list.
  case sequence([PythonLiteral])
  case dictionary([Entry])

  struct Entry: Equatable {
    let key: String
    let value: PythonLiteral
  }

  /// - Returns: nil if the string is not a literal, or nested more than a few levels.
  init?(_ text: some Sequence<UInt8>) {
    var parser = Parser(bytes: Array(text))
    guard let value = parser.value(depth: 0), parser.isAtEnd() else { return nil }
    self = value
  }

  /// The value of a key, if this is a dictionary that contains it exactly once.
  subscript(key: String) -> PythonLiteral? {
    guard case .dictionary(let entries) = self else { return nil }
    let values = entries.filter { $0.key == key }
    return values.count == 1 ? values[0].value : nil
  }
}

private struct Parser {
  let bytes: [UInt8]
  private var position = 0
  /// NumPy nests tuples in lists in a dictionary.
  private static let largestDepth = 6

  init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || (0x09...0x0d).contains(byte) { position += 1 }
  }

  private mutating func skip(_ character: Character) -> Bool {
    skipSpace()
    guard next == character.asciiValue else { return false }
    position += 1
    return true
  }

  mutating func isAtEnd() -> Bool {
    skipSpace()
    return next == nil
  }

  mutating func value(depth: Int) -> PythonLiteral? {
    guard depth < Self.largestDepth else { return nil }
    skipSpace()
    switch next {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "{"): return dictionary(depth: depth)
    case UInt8(ascii: "("): return sequence("(", ")", depth: depth)
    case UInt8(ascii: "["): return sequence("[", "]", depth: depth)
    default: return word()
    }
  }

  /// A string without escapes, which types and keys do not need.
  private mutating func string() -> String? {
    guard let quote = next else { return nil }
    position += 1
    let start = position
    while let byte = next, byte != quote {
      guard byte != UInt8(ascii: "\\"), byte >= 0x20 else { return nil }
      position += 1
    }
    guard next == quote else { return nil }
    defer { position += 1 }
    return String(validating: bytes[start..<position], as: UTF8.self)
  }

  private mutating func dictionary(depth: Int) -> PythonLiteral? {
    guard skip("{") else { return nil }
    var entries: [PythonLiteral.Entry] = []
    while !skip("}") {
      guard entries.isEmpty || skip(",") else { return nil }
      if skip("}") { break }
      skipSpace()
      guard next == UInt8(ascii: "'") || next == UInt8(ascii: "\""), let key = string(), skip(":"),
        let value = value(depth: depth + 1)
      else { return nil }
      entries.append(PythonLiteral.Entry(key: key, value: value))
    }
    return .dictionary(entries)
  }

  private mutating func sequence(_ open: Character, _ close: Character, depth: Int) -> PythonLiteral? {
    guard skip(open) else { return nil }
    var values: [PythonLiteral] = []
    while !skip(close) {
      guard values.isEmpty || skip(",") else { return nil }
      if skip(close) { break }
      guard let value = value(depth: depth + 1) else { return nil }
      values.append(value)
    }
    return .sequence(values)
  }

  /// `True`, `False`, `None`, or an integer, with the suffix L in Python 2.
  private mutating func word() -> PythonLiteral? {
    let start = position
    while let byte = next, (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    {
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    switch text {
    case "True": return .bool(true)
    case "False": return .bool(false)
    case "None": return PythonLiteral.none
    default: return Int(text.hasSuffix("L") ? String(text.dropLast()) : text).map { .integer($0) }
    }
  }
}
