import Configuration

/// A residual block in a configuration: `residual: {body: […], shortcut: […]}`, the sum of two branches with the same input.
/// Without a shortcut, the input itself is added to the body's output.
///
/// Source: K. He, X. Zhang, S. Ren, J. Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, section 3.
struct ResidualBlock {
  static let key = "residual"

  /// The key path: `model[3].residual`.
  let path: String
  let body: [ConfigurationNode]
  let shortcut: [ConfigurationNode]

  /// - Returns: nil if the element is not a block.
  /// - Throws: `ConfigurationError` if the body, or a shortcut, is not a list of layers.
  init?(_ element: ConfigurationNode, path: String) throws {
    guard case .mapping(let entries) = element.value, entries.count == 1, entries[0].key == Self.key else { return nil }
    self.path = "\(path).\(Self.key)"
    let reader = try ConfigurationReader(entries[0].node, path: self.path, keys: ["body", "shortcut"])
    body = try Self.layers(try reader.required("body"), path: reader.path(of: "body"))
    shortcut = try reader.node("shortcut").map { try Self.layers($0, path: reader.path(of: "shortcut")) } ?? []
    guard !body.isEmpty else {
      throw reader.error(.unexpected(expected: "a list of one layer or more", received: "[]"), at: "body")
    }
  }

  private static func layers(_ node: ConfigurationNode, path: String) throws -> [ConfigurationNode] {
    guard case .sequence(let elements) = node.value else {
      throw ConfigurationError(
        .unexpected(expected: "a list of layers", received: node.received), path: path, line: node.line)
    }
    return elements
  }
}
