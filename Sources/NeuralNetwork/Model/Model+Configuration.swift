import Configuration

extension Model {
  /// Reads a list of layers: each is a name (`flatten`), a name with options (`dense: {units: 10}`) or with the value
  /// of its first option (`activation: relu`).
  ///
  /// The first element may be `input: {name: pixels}`, the name of the input layer in Keras' files.
  ///
  /// Besides its own options, a layer may have a `name`; `trainable: false`, which freezes it; an
  /// `activity_regularizer`, a penalty on its outputs; and `inputs`: the names
  /// of the earlier layers that it reads, or `input` for the model's input. By default it reads the previous layer.
  /// An element can also be a block of layers: see `ResidualBlock`.
  ///
  /// - Throws: `ConfigurationError` with the position, the key and the value received.
  public init(configuration node: ConfigurationNode, path: String) throws {
    guard case .sequence(let elements) = node.value, !elements.isEmpty else {
      throw ConfigurationError(
        .unexpected(expected: "a list of one or more layers", received: node.received), path: path, line: node.line)
    }
    self.init()
    inputName = try elements[0].inputLayerName(path: "\(path)[0]")
    try append(elements, from: inputName == nil ? 0 : 1, path: path)
    if !isChain { self.name = "functional" }
  }

  /// Appends the layers of a list, the first of which reads `source` unless it says otherwise.
  private mutating func append(
    _ elements: [ConfigurationNode], from first: Int = 0, path: String, after source: Source? = nil
  ) throws {
    var source = source
    for (index, element) in elements.enumerated().dropFirst(first) {
      let path = "\(path)[\(index)]"
      if let block = try ResidualBlock(element, path: path) {
        try append(block, after: source ?? output)
      } else {
        try append(try LayerEntry(element, path: path), after: source)
      }
      source = nil
    }
  }

  /// Appends the body, then the shortcut, which both read `source`, and the sum of the two.
  private mutating func append(_ block: ResidualBlock, after source: Source) throws {
    try append(block.body, path: "\(block.path).body", after: source)
    let body = output
    try append(block.shortcut, path: "\(block.path).shortcut", after: source)
    append(Add(), inputs: [body, block.shortcut.isEmpty ? source : output])
  }

  private mutating func append(_ entry: LayerEntry, after source: Source?) throws {
    if let name = entry.name {
      guard Self.isLegalName(name) || name == Self.inputReference else {
        throw entry.reader.illegalName(name)
      }
      let isInput = name == Self.inputReference || name == inputName
      guard !isInput, !layerNames.contains(name) else {
        let holder = isInput ? "the model's input" : "another layer"
        throw entry.reader.error(.conflict("\(holder) already has the name '\(name)'. Choose another."), at: "name")
      }
    }
    let inputs = try entry.inputs.map { names in
      let known = layerNames
      return try names.map { name -> Source in
        if name == Self.inputReference || name == inputName { return .input }
        guard let index = known.firstIndex(of: name) else {
          throw entry.reader.error(
            .unknownName(kind: "layer before this one", name: name, known: [Self.inputReference] + known), at: "inputs")
        }
        return .node(index)
      }
    }
    append(
      entry.layer, name: entry.name, inputs: inputs ?? source.map { [$0] }, isTrainable: entry.isTrainable,
      activityRegularizer: entry.activityRegularizer)
  }

  /// The list that `init(configuration:path:)` reads; blocks are written as their layers.
  public var configuration: ConfigurationNode {
    let names = layerNames
    let needsAllNames = hasNameOfDefault
    let input = inputName.map { name in
      let options = ConfigurationNode(mapping: [ConfigurationEntry("name", ConfigurationNode(.string(name)))])
      return ConfigurationNode(mapping: [ConfigurationEntry(Self.inputReference, options)])
    }
    return ConfigurationNode(
      .sequence(
        (input.map { [$0] } ?? [])
          + nodes.enumerated().map { index, node in
            let typeName = type(of: node.layer).typeName
            let name = needsAllNames ? names[index] : node.name
            var options = name.map { [ConfigurationEntry("name", ConfigurationNode(.string($0)))] } ?? []
            if !node.isTrainable { options.append(ConfigurationEntry("trainable", false)) }
            if let penalty = node.activityRegularizer {
              options.append(ConfigurationEntry(WeightOptions.activityKey, NamedPart(penalty).configuration))
            }
            options += node.layer.options
            if node.inputs != [index == 0 ? .input : .node(index - 1)] {
              let sources = node.inputs.map { source in
                switch source {
                case .input: ConfigurationNode(.string(Self.inputReference))
                case .node(let index): ConfigurationNode(.string(names[index]))
                }
              }
              options.append(ConfigurationEntry("inputs", ConfigurationNode(.sequence(sources))))
            }
            guard !options.isEmpty else { return ConfigurationNode(.string(typeName)) }
            return ConfigurationNode(mapping: [ConfigurationEntry(typeName, ConfigurationNode(mapping: options))])
          }))
  }
}

extension Model {
  /// Whether a layer has an explicit name that another has by default: then defaults depend on the order of names, and
  /// the list must state all of them.
  private var hasNameOfDefault: Bool {
    let defaults = Set(Model(layers).layerNames)
    return nodes.contains { $0.name.map(defaults.contains) ?? false }
  }
}

extension ConfigurationNode {
  /// The name in `input: {name: pixels}`; nil for another element of a list of layers.
  fileprivate func inputLayerName(path: String) throws -> String? {
    guard case .mapping(let entries) = value, entries.count == 1, entries[0].key == Model.inputReference else {
      return nil
    }
    let reader = try ConfigurationReader(entries[0].node, path: "\(path).\(entries[0].key)", keys: ["name"])
    let name = try reader.string("name")
    guard Model.isLegalName(name) else { throw reader.illegalName(name) }
    return name
  }
}

extension ConfigurationReader {
  fileprivate func illegalName(_ name: String) -> ConfigurationError {
    error(
      .unexpected(
        expected: "a name of at most 200 bytes without '/' or control characters",
        received: ConfigurationNode(.string(name)).received), at: "name")
  }
}

/// A layer entry of a configuration.
private struct LayerEntry {
  let layer: any Layer
  let name: String?
  let inputs: [String]?
  let isTrainable: Bool
  let activityRegularizer: (any Regularizer)?
  let reader: ConfigurationReader

  /// The keys of every layer, besides its own.
  private static let keys = ["name", "trainable", WeightOptions.activityKey, "inputs"]

  init(_ node: ConfigurationNode, path: String) throws {
    switch node.value {
    case .string(let name):
      let type = try Self.layerType(name, path: path, line: node.line)
      try self.init(
        type, ConfigurationReader(emptyAt: "\(path).\(name)", line: node.line, keys: type.optionKeys + Self.keys))
    case .mapping(let entries) where entries.count == 1:
      let type = try Self.layerType(entries[0].key, path: path, line: entries[0].line)
      let options = entries[0].node.options(keys: type.optionKeys, line: entries[0].line)
      try self.init(
        type, ConfigurationReader(options, path: "\(path).\(entries[0].key)", keys: type.optionKeys + Self.keys))
    case .mapping(let entries) where Self.hasOptionsBesideName(entries):
      throw ConfigurationError(
        .conflict(
          "the options of '\(entries[0].key)' must be indented further than its name, or in braces: "
            + "'- \(entries[0].key): {\(entries[1].key): …}'."), path: path, line: entries[1].line)
    default:
      throw Catalog.layers.unexpected(node, "a layer, such as 'flatten' or 'dense: {units: 10}'", path: path)
    }
  }

  private init(_ type: any Layer.Type, _ reader: ConfigurationReader) throws {
    self.reader = reader
    layer = try type.init(options: reader)
    name = try reader.optionalString("name")
    isTrainable = try reader.bool("trainable", default: true)
    activityRegularizer = try WeightOptions.activityRegularizer(reader)
    inputs = reader.node("inputs") == nil ? nil : try reader.strings("inputs", default: [])
  }

  /// Whether this is a layer's name followed by options that are not indented.
  private static func hasOptionsBesideName(_ entries: [ConfigurationEntry]) -> Bool {
    guard entries.count > 1, entries[0].node == .null,
      let type = Catalog.layers.find(entries[0].key)
    else { return false }
    return entries.dropFirst().allSatisfy { (type.optionKeys + keys).contains($0.key) }
  }

  private static func layerType(_ name: String, path: String, line: Int?) throws -> any Layer.Type {
    guard let type = Catalog.layers.find(name) else {
      if ActivationFunction(name: name) != nil {
        throw ConfigurationError(
          .conflict("'\(name)' is an activation; as a layer it is '\(Activation.typeName): \(name)'."), path: path,
          line: line)
      }
      throw Catalog.layers.unknown(name, path: path, line: line)
    }
    return type
  }
}
