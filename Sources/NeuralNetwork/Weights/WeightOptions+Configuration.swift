import Configuration

extension WeightOptions {
  /// The kinds of options of a variable, as in `kernel_initializer`.
  package enum Kind: String, CaseIterable {
    case initializer, regularizer, constraint

    /// The kind of an option with a key; nil for other options.
    package init?(key: String) {
      guard let kind = Self.allCases.first(where: { key.hasSuffix("_\($0.rawValue)") }) else { return nil }
      self = kind
    }
  }

  /// The options of a variable, by its name. They are written only if they are not the layer's defaults.
  static func options<Owner: Configurable>(
    _ variable: String, _ property: WritableKeyPath<Owner, WeightOptions> & Sendable
  ) -> [ConfigurationOption<Owner>] {
    [
      option("\(variable)_initializer") { reader, node, owner in
        owner[keyPath: property].initializer = try initializer(reader, node)
      } write: {
        NamedPart($0[keyPath: property].initializer).configuration
      },
      option("\(variable)_regularizer") { reader, node, owner in
        owner[keyPath: property].regularizer = try regularizer(reader, node)
      } write: {
        $0[keyPath: property].regularizer.map { NamedPart($0).configuration } ?? .null
      },
      option("\(variable)_constraint") { reader, node, owner in
        owner[keyPath: property].constraint = try constraint(reader, node)
      } write: {
        $0[keyPath: property].constraint.map { NamedPart($0).configuration } ?? .null
      },
    ]
  }

  private static func option<Owner>(
    _ key: String, read: @escaping @Sendable (Place, ConfigurationNode, inout Owner) throws -> Void,
    write: @escaping @Sendable (Owner) -> ConfigurationNode
  ) -> ConfigurationOption<Owner> {
    ConfigurationOption(key, isOmittedByDefault: true) { reader, owner in
      guard let node = reader.node(key) else { return }
      try read(Place(path: reader.path(of: key), line: node.line), node, &owner)
    } write: {
      write($0)
    }
  }

  /// Where an option is, for messages.
  package struct Place: Sendable {
    let path: String
    let line: Int?

    package init(path: String, line: Int?) { (self.path, self.line) = (path, line) }
  }

  /// Checks that an option of a Keras file can be read.
  ///
  /// - Throws: `ConfigurationError`.
  package static func check(_ kind: Kind, _ node: ConfigurationNode, _ place: Place) throws {
    switch kind {
    case .initializer: _ = try initializer(place, node)
    case .regularizer: _ = try regularizer(place, node)
    case .constraint: _ = try constraint(place, node)
    }
  }

  /// The key of the penalty on a layer's outputs, which any layer may have.
  package static let activityKey = "activity_regularizer"

  /// The penalty on a layer's outputs; nil if there is none.
  ///
  /// - Throws: `ConfigurationError`.
  package static func activityRegularizer(_ reader: ConfigurationReader) throws -> (any Regularizer)? {
    try reader.node(activityKey).map {
      try regularizer(Place(path: reader.path(of: activityKey), line: $0.line), $0)
    }
  }

  /// The name of a part in Keras: the class; nil for an unknown name.
  package static func className(_ kind: Kind, named name: String) -> String? {
    switch kind {
    case .initializer: Catalog.initializers.find(name)?.className
    case .regularizer: Catalog.regularizers.find(name)?.className
    case .constraint: Catalog.constraints.find(name)?.className
    }
  }

  /// A named part and its type.
  private static func part<Entry>(
    _ place: Place, _ node: ConfigurationNode, in catalog: Catalog<Entry>
  ) throws -> (NamedPart, Entry) {
    guard let part = NamedPart(node) else {
      var error = catalog.unexpected(
        node, "\(catalog.kind.withIndefiniteArticle)'s name, or one with its options", path: place.path)
      error.line = place.line
      throw error
    }
    return (part, try catalog.entry(named: part.name, path: place.path, line: place.line))
  }

  private static func reader(_ place: Place, _ part: NamedPart, _ keys: [String]) throws -> ConfigurationReader {
    try ConfigurationReader(
      ConfigurationNode(mapping: part.options, line: place.line), path: place.path, keys: keys)
  }

  private static func initializer(
    _ place: Place, _ node: ConfigurationNode
  ) throws -> any ConfiguredInitializer {
    let (part, type) = try part(place, node, in: .initializers)
    let initializer = try type.init(options: reader(place, part, type.optionKeys))
    // Keras 2 spells its default this way.
    if let scaling = initializer as? VarianceScaling, scaling.scale == 1, scaling.mode == .fanAverage,
      scaling.distribution == .uniform
    {
      return GlorotUniform()
    }
    return initializer
  }

  private static func regularizer(_ place: Place, _ node: ConfigurationNode) throws -> any Regularizer {
    let (part, type) = try part(place, node, in: .regularizers)
    return try type.init(options: reader(place, part, type.optionKeys))
  }

  private static func constraint(_ place: Place, _ node: ConfigurationNode) throws -> any Constraint {
    let (part, type) = try part(place, node, in: .constraints)
    return try type.init(options: reader(place, part, type.optionKeys))
  }
}
