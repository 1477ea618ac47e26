/// One `key: value` of a mapping.
public struct ConfigurationEntry: Sendable {
  /// The key.
  public var key: String
  /// The value.
  public var node: ConfigurationNode
  /// The line of the key, numbered as for values.
  public var line: Int?

  /// Creates an entry.
  public init(_ key: String, _ node: ConfigurationNode, line: Int? = nil) {
    self.key = key
    self.node = node
    self.line = line
  }
}

extension ConfigurationEntry: Equatable {
  /// Compares keys and values without their lines.
  public static func == (left: Self, right: Self) -> Bool {
    left.key == right.key && left.node == right.node
  }
}
