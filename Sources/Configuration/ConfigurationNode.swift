/// A value of a configuration (a YAML or JSON document), with its line.
public struct ConfigurationNode: Sendable {
  /// The value by type. A mapping keeps the order of its entries.
  public indirect enum Value: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case sequence([ConfigurationNode])
    case mapping([ConfigurationEntry])
  }

  /// The value.
  public var value: Value
  /// The line in the document, from 1; -1, -2… for a value from the first, second… option that overrides the document;
  /// nil for a value from code.
  public var line: Int?

  /// Creates a node.
  public init(_ value: Value, line: Int? = nil) {
    self.value = value
    self.line = line
  }

  /// The value of `key`, if this is a mapping with that key.
  public subscript(key: String) -> ConfigurationNode? {
    guard case .mapping(let entries) = value else { return nil }
    return entries.first { $0.key == key }?.node
  }
}

/// Nodes are equal if their values are; lines are ignored.
extension ConfigurationNode: Equatable {
  /// Compares values without their lines.
  public static func == (left: Self, right: Self) -> Bool {
    switch (left.value, right.value) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left == right
    case (.sequence(let left), .sequence(let right)): left == right
    case (.mapping(let left), .mapping(let right)): left == right
    default: false
    }
  }
}

extension ConfigurationNode: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral
{
  /// Creates a Boolean.
  public init(booleanLiteral value: Bool) { self.init(.bool(value)) }
  /// Creates an integer.
  public init(integerLiteral value: Int) { self.init(.integer(value)) }
  /// Creates a number.
  public init(floatLiteral value: Double) { self.init(.number(value)) }
  /// Creates a string.
  public init(stringLiteral value: String) { self.init(.string(value)) }
  /// Creates a list.
  public init(arrayLiteral elements: ConfigurationNode...) { self.init(.sequence(elements)) }
}

extension ConfigurationNode {
  /// A list of strings.
  package init(strings: [String]) { self.init(.sequence(strings.map { ConfigurationNode(.string($0)) })) }

  /// Creates a mapping in code.
  public init(mapping entries: [ConfigurationEntry], line: Int? = nil) { self.init(.mapping(entries), line: line) }

  /// The value `null`.
  public static var null: ConfigurationNode { ConfigurationNode(.null) }
}

extension ConfigurationNode {
  /// The options of an entry `name: options`: a mapping unchanged, null as no options, and any other value as that of
  /// the first key, as in Keras' `Dense(10)`.
  public func options(keys: [String], line: Int?) -> ConfigurationNode {
    switch value {
    case .null: ConfigurationNode(mapping: [], line: line)
    case .mapping: self
    default:
      keys.first.map { ConfigurationNode(mapping: [ConfigurationEntry($0, self, line: self.line)], line: self.line) }
        ?? self
    }
  }

  /// The same value with another line, recursively.
  public func at(line: Int) -> ConfigurationNode {
    switch value {
    case .sequence(let elements): ConfigurationNode(.sequence(elements.map { $0.at(line: line) }), line: line)
    case .mapping(let entries):
      ConfigurationNode(
        mapping: entries.map { ConfigurationEntry($0.key, $0.node.at(line: line), line: line) }, line: line)
    default: ConfigurationNode(value, line: line)
    }
  }
}

extension ConfigurationNode {
  /// The value in messages, as written by the user: `-3`, `"valid"`, `[1, 2]`, `a mapping with units`.
  public var received: String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): value.digits
    case .string(let value): "\"\(value.quotedForMessage)\""
    case .sequence(let elements): "[\(Self.list(elements) { $0.received })]"
    case .mapping(let entries): "a mapping with \(Self.list(entries) { $0.key.quotedForMessage })"
    }
  }

  /// The first few elements, separated by commas.
  private static func list<Element>(_ elements: [Element], _ text: (Element) -> String) -> String {
    let shown = 8
    return elements.prefix(shown).map(text).joined(separator: ", ") + (elements.count > shown ? ", …" : "")
  }
}

extension String {
  /// The string for a message: truncated if long, and without terminal control characters.
  package var quotedForMessage: String {
    let limit = 80
    let start = unicodeScalars.prefix(limit)
    return String(String.UnicodeScalarView(start)).jsonEscaped + (unicodeScalars.dropFirst(limit).isEmpty ? "" : "…")
  }
}
