import Configuration

extension Sequential {
  /// Reads a list of layers, each a name (`flatten`), a name with options (`dense: {units: 10}`) or with the first of them
  /// alone (`activation: relu`).
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
      let options = entries[0].node.options(keys: type.optionKeys, line: entries[0].line)
      return try type.init(
        options: ConfigurationReader(options, path: "\(path).\(entries[0].key)", keys: type.optionKeys))
    case .mapping(let entries) where hasOptionsBesideName(entries):
      throw ConfigurationError(
        .conflict(
          "the options of '\(entries[0].key)' must stand further to the right than its name, or in braces: "
            + "'- \(entries[0].key): {\(entries[1].key): …}'."), path: path, line: entries[1].line)
    default:
      throw ConfigurationError(
        .unexpected(expected: "a layer, such as 'flatten' or 'dense: {units: 10}'", received: node.received),
        path: path, line: node.line)
    }
  }

  /// Whether this is a layer's name, and options below it that are not indented.
  private static func hasOptionsBesideName(_ entries: [ConfigurationEntry]) -> Bool {
    guard entries.count > 1, entries[0].node == .null,
      let type = LayerCatalog.all.first(where: { $0.typeName == entries[0].key })
    else { return false }
    return entries.dropFirst().allSatisfy { type.optionKeys.contains($0.key) }
  }

  private static func layerType(_ name: String, path: String, line: Int?) throws -> any Layer.Type {
    guard let type = LayerCatalog.all.first(where: { $0.typeName == name }) else {
      if ActivationFunction(rawValue: name) != nil {
        throw ConfigurationError(
          .conflict("'\(name)' is an activation; as a layer it is '\(Activation.typeName): \(name)'."), path: path,
          line: line)
      }
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
