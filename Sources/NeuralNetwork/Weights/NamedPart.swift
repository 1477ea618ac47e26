import Configuration

/// A name with options: `he_normal`, `{name: l2, l2: 0.0001}`, or an object of Keras, `{class_name: L2, config: {…}}`.
package struct NamedPart: Equatable {
  package let name: String
  package let options: [ConfigurationEntry]

  /// Options of Keras' objects that do not change the result: random numbers are the run's.
  private static let ignored = ["seed", "dtype"]

  /// Nil if the node is neither.
  package init?(_ node: ConfigurationNode) {
    switch node.value {
    case .string(let name): (self.name, options) = (name, [])
    case .mapping(let entries):
      let isObject = node["class_name"] != nil
      guard case .string(let name) = (node["class_name"] ?? node["name"])?.value else { return nil }
      self.name = name
      guard isObject else {
        options = entries.filter { $0.key != "name" }
        return
      }
      guard let configuration = node["config"], case .mapping(let own) = configuration.value else { return nil }
      options = own.filter { !Self.ignored.contains($0.key) && $0.node != .null }
    default: return nil
    }
  }

  private init(_ name: String, _ options: [ConfigurationEntry]) { (self.name, self.options) = (name, options) }

  package init(_ initializer: any ConfiguredInitializer) {
    self.init(type(of: initializer).name, initializer.changedOptions)
  }
  package init(_ regularizer: any Regularizer) { self.init(type(of: regularizer).name, regularizer.changedOptions) }
  init(_ constraint: any Constraint) { self.init(type(of: constraint).name, constraint.changedOptions) }

  /// As YAML: the name, or a mapping with options.
  package var configuration: ConfigurationNode {
    let text = ConfigurationNode(.string(name))
    return options.isEmpty ? text : ConfigurationNode(mapping: [ConfigurationEntry("name", text)] + options)
  }
}
