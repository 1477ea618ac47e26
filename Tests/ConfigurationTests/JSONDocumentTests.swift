import Configuration
import Testing

@Suite("JSON")
struct JSONDocumentTests {
  /// Documents and their values.
  static let texts: [(json: String, node: ConfigurationNode)] = [
    ("null", .null), (" true ", true), ("false", false), ("-17", -17), ("1.5e-3", 0.0015), ("1E2", 100.0),
    ("12345678901234567890", ConfigurationNode(.number(12_345_678_901_234_567_890))),
    ("Infinity", ConfigurationNode(.number(.infinity))), ("-Infinity", ConfigurationNode(.number(-.infinity))),
    (#""a\"\\\/\b\f\n\r\tü\u00e9\ud83d\ude00""#, "a\"\\/\u{8}\u{c}\n\r\tüé😀"), (#""\ud83dx""#, "\u{fffd}x"),
    ("[]", []), ("[1, [2], \"\"]", [1, [2], ""]), ("{}", ConfigurationNode(mapping: [])),
    (
      #"{"b": [null], "a": {"c": 1}}"#,
      ConfigurationNode(mapping: [
        ConfigurationEntry("b", [.null]),
        ConfigurationEntry("a", ConfigurationNode(mapping: [ConfigurationEntry("c", 1)])),
      ])
    ),
  ]

  @Test("is parsed, with entries in order", arguments: texts.indices)
  func reading(index: Int) throws {
    #expect(try JSONDocument.parse(Self.texts[index].json) == Self.texts[index].node)
  }

  @Test("round-trips", arguments: texts.indices)
  func writing(index: Int) throws {
    let node = Self.texts[index].node
    // JSON has no infinity.
    if case .number(let value) = node.value, value.isInfinite { return }
    #expect(try JSONDocument.parse(node.json) == node)
  }

  static let mistakes: [(json: String, message: String)] = [
    ("", "not JSON: unexpected end, at byte 0."),
    ("{\"a\": 1", "not JSON: '}' is missing, at byte 7."), ("[1", "not JSON: ']' is missing, at byte 2."),
    ("[1,]", "not JSON: a value is missing, at byte 3."), ("{1: 2}", "not JSON: a key is missing, at byte 1."),
    ("{\"a\" 1}", "not JSON: ':' is missing, at byte 5."),
    ("1 2", "not JSON: extra content after the document, at byte 2."),
    ("\"a", "not JSON: unterminated string, at byte 2."), ("\"\\x\"", "not JSON: unknown escape, at byte 3."),
    ("\"\\u12g4\"", "not JSON: unknown escape, at byte 3."), ("\"\\u+123\"", "not JSON: unknown escape"),
    ("\"a\nb\"", "not JSON: unescaped control character in a string, at byte 3."),
    ("nul", "not JSON: a value is missing, at byte 0."), ("+1", "not JSON: a value is missing"),
    ("0x10", "not JSON: a value is missing"), ("inf", "not JSON: a value is missing"),
    ("{\"a\": 1, \"a\": 2}", "duplicate key 'a'."),
    (String(repeating: "[", count: 65), "JSON nested deeper than 64 levels."),
    (String(repeating: "{\"a\":", count: 1000), "JSON nested deeper than 64 levels."),
    ("[" + String(repeating: "0,", count: 1_000_000) + "0]", "JSON with more than the limit of 1000000 values."),
    (String(repeating: " ", count: (16 << 20) + 1), "16777217 bytes of JSON, more than the limit of 16777216."),
  ]

  @Test("that is invalid is refused with the position", arguments: mistakes.indices)
  func refusal(index: Int) throws {
    let (json, message) = Self.mistakes[index]
    let error = try #require(throws: ConfigurationError.self) { try JSONDocument.parse(json) }
    #expect("\(error)".hasPrefix(message), "\(error)")
    #expect(throws: ConfigurationError.self) { try JSONDocument.parse([0x22, 0xff, 0x22]) }
  }
}
