import Configuration
import Yams

/// Conversion of YAML text to a configuration tree with line numbers, and back.
package enum YAMLDocument {
  /// The limits of a configuration: anything larger is a mistake or an attack.
  private enum Limit {
    static let bytes = 1 << 20
    static let values = 100_000
    static let depth = 64
    /// Nested aliases grow exponentially, and the parser compares keys with aliases before they can be counted.
    static let aliases = 20
    /// The maximum size of a text when two aliases per anchor double it, which the parser has to compare.
    static let expandedBytes = 8 << 20
  }

  /// - Throws: `ConfigurationError.Problem.unreadable` with the line if the text is not YAML.
  package static func parse(_ text: String) throws -> ConfigurationNode {
    try checkSize(text)
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw ConfigurationError(.unreadable(reason: "the document is empty."), path: "")
      }
      var budget = Limit.values
      return try convert(node, budget: &budget)
    } catch let error as YamlError {
      throw YAMLMistake.find(in: text, near: error).map { $0.error } ?? Self.error(error)
    }
  }

  /// The parser is recursive, so deep documents must be rejected first.
  private static func checkSize(_ text: String) throws {
    guard text.utf8.count <= Limit.bytes else {
      throw ConfigurationError(
        .unreadable(reason: "larger than \(Limit.bytes) bytes: not a run configuration."), path: "")
    }
    let aliases = aliasCount(text)
    guard aliases <= Limit.aliases else {
      throw ConfigurationError(.unreadable(reason: "more than \(Limit.aliases) aliases ('*name')."), path: "")
    }
    guard text.utf8.count << (aliases / 2) <= Limit.expandedBytes else {
      throw ConfigurationError(.unreadable(reason: "too many aliases ('*name') for a text of its size."), path: "")
    }
    var brackets = 0
    var deepest = 0
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      for byte in line.utf8 {
        if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { brackets += 1 }
        if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { brackets -= 1 }
        deepest = max(deepest, brackets)
      }
      let dashes = line.split(separator: " ").prefix { ["-", "?", ":"].contains($0) }.count
      guard deepest <= Limit.depth, dashes <= Limit.depth else {
        throw ConfigurationError(
          .unreadable(reason: "nested deeper than \(Limit.depth) levels."), path: "", line: number + 1)
      }
    }
  }

  /// An upper bound on the number of aliases: each '*' followed by a name, also in comments and strings, which are not
  /// known before parsing; a run of '*' does not count.
  private static func aliasCount(_ text: String) -> Int {
    let bytes = Array(text.utf8)
    let star = UInt8(ascii: "*")
    return bytes.indices.count { index in
      guard bytes[index] == star, index + 1 < bytes.count, index == 0 || bytes[index - 1] != star else { return false }
      return !"* \t\r\n".utf8.contains(bytes[index + 1])
    }
  }

  private static func error(_ error: YamlError) -> ConfigurationError {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      ConfigurationError(
        .unreadable(reason: "not YAML: \(context.map { "\($0.text), " } ?? "")\(problem)."), path: "", line: mark.line)
    case .reader(let problem, _, _, _):
      ConfigurationError(.unreadable(reason: "not YAML: \(problem)."), path: "")
    case .duplicatedKeysInMapping(let duplicates, let context):
      ConfigurationError(
        .duplicateKey(key: duplicates.sorted().joined(separator: ", ")), path: "",
        line: context.mark.line)
    default:
      ConfigurationError(.unreadable(reason: "not YAML: \(error)."), path: "")
    }
  }

  // MARK: - From YAML

  /// Aliases repeat nodes: the budget bounds the expansion.
  private static func convert(_ node: Node, budget: inout Int) throws -> ConfigurationNode {
    budget -= 1
    guard budget > 0 else {
      throw ConfigurationError(
        .unreadable(reason: "more than \(Limit.values) values."), path: "", line: node.mark?.line)
    }
    switch node {
    case .scalar(let scalar):
      return ConfigurationNode(value(of: scalar), line: scalar.mark?.line)
    case .sequence(let sequence):
      var elements: [ConfigurationNode] = []
      for element in sequence { elements.append(try convert(element, budget: &budget)) }
      return ConfigurationNode(.sequence(elements), line: sequence.mark?.line)
    case .mapping(let mapping):
      var entries: [ConfigurationEntry] = []
      for (key, value) in mapping {
        guard let name = key.scalar?.string else {
          throw ConfigurationError(.unreadable(reason: "a key is not a string."), path: "", line: key.mark?.line)
        }
        entries.append(
          ConfigurationEntry(name, try convert(value, budget: &budget), line: key.mark?.line))
      }
      return ConfigurationNode(.mapping(entries), line: mapping.mark?.line)
    case .alias(let alias):
      throw ConfigurationError(.unreadable(reason: "unknown alias."), path: "", line: alias.mark?.line)
    }
  }

  /// The YAML 1.2 core schema: only plain scalars are numbers, booleans or null.
  private static func value(of scalar: Node.Scalar) -> ConfigurationNode.Value {
    scalar.style == .plain || scalar.style == .any ? plainValue(scalar.string) : .string(scalar.string)
  }

  private static func plainValue(_ text: String) -> ConfigurationNode.Value {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".inf", "+.inf", ".Inf", ".INF": return .number(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
    case ".nan", ".NaN", ".NAN": return .number(.nan)
    default:
      if let integer = Int(text) { return .integer(integer) }
      // `Double` also accepts words such as "infinity", which are strings in YAML.
      let isNumber = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
      if isNumber, let number = Double(text) { return .number(number) }
      return .string(text)
    }
  }

  // MARK: - To YAML

  /// The text of a mapping: one top-level key per line, nested values in flow style.
  package static func text(_ node: ConfigurationNode) throws -> String {
    guard case .mapping(let entries) = node.value else { preconditionFailure("a document is a mapping") }
    return try entries.map { entry in
      try Yams.serialize(node: Node.mapping(.init([(Node(entry.key), yaml(entry.node, isTop: true))])), width: -1)
    }.joined()
  }

  private static func yaml(_ node: ConfigurationNode, isTop: Bool = false) -> Node {
    switch node.value {
    case .null: Node("null", .implicit, .plain)
    case .bool(let value): Node("\(value)", .implicit, .plain)
    case .integer(let value): Node("\(value)", .implicit, .plain)
    case .number(let value): Node("\(value)", .implicit, .plain)
    case .string(let value): Node(value, .implicit, isPlain(value) ? .plain : .doubleQuoted)
    case .sequence(let elements):
      Node.sequence(.init(elements.map { yaml($0) }, .implicit, isTop ? .block : .flow))
    case .mapping(let entries):
      Node.mapping(.init(entries.map { (Node($0.key), yaml($0.node)) }, .implicit, .flow))
    }
  }

  /// Whether a string round-trips without quotes.
  private static func isPlain(_ text: String) -> Bool {
    if case .string = plainValue(text) { return true }
    return false
  }
}
