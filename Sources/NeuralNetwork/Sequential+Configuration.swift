import Configuration

extension Sequential {
  /// Reads a list of layers, each a name (`flatten`) or a name with options (`dense: {units: 10}`).
  ///
  /// - Throws: `ConfigurationError` with the position, the key and the value received.
  public init(configuration node: ConfigurationNode, path: String) throws {
    guard case .sequence(let elements) = node.value, !elements.isEmpty else {
      throw ConfigurationError(
        .unexpected(expected: "a list of one layer or more", received: node.received), path: path, line: node.line)
    }
    layers = try elements.enumerated().map { try Self.layer($1, path: "\(path)[\($0)]") }
  }

  private static func layer(_ node: ConfigurationNode, path: String) throws -> any Layer {
    switch node.value {
    case .string(let name):
      let type = try layerType(name, path: path, line: node.line)
      return try type.init(
        options: ConfigurationReader(emptyAt: "\(path).\(name)", line: node.line, keys: type.optionKeys))
    case .mapping(let entries) where entries.count == 1:
      let type = try layerType(entries[0].key, path: path, line: entries[0].line)
      let options = entries[0].node == .null ? ConfigurationNode(mapping: [], line: entries[0].line) : entries[0].node
      return try type.init(
        options: ConfigurationReader(options, path: "\(path).\(entries[0].key)", keys: type.optionKeys))
    default:
      throw ConfigurationError(
        .unexpected(expected: "a layer, such as 'flatten' or 'dense: {units: 10}'", received: node.received),
        path: path, line: node.line)
    }
  }

  private static func layerType(_ name: String, path: String, line: Int?) throws -> any Layer.Type {
    guard let type = LayerCatalog.all.first(where: { $0.typeName == name }) else {
      throw ConfigurationError(
        .unknownName(kind: "layer", name: name, known: LayerCatalog.all.map { $0.typeName }), path: path, line: line)
    }
    return type
  }

  /// The list that `init(configuration:path:)` reads.
  public var configuration: ConfigurationNode {
    ConfigurationNode(
      .sequence(
        layers.map { layer in
          let typeName = type(of: layer).typeName
          guard !layer.options.isEmpty else { return ConfigurationNode(.string(typeName)) }
          return ConfigurationNode(mapping: [ConfigurationEntry(typeName, ConfigurationNode(mapping: layer.options))])
        }))
  }
}
