import Configuration
import Training

/// `callbacks:` a list of names or `name: {options}`.
struct CallbackSection {
  let callbacks: [any ConfiguredCallback]

  /// - Parameter metrics: the metric names of the history.
  init(_ node: ConfigurationNode?, metrics: [String], schedule: LearningRateSchedule?) throws {
    var callbacks: [any ConfiguredCallback] = []
    for (index, element) in try Self.elements(node).enumerated() {
      let path = "callbacks[\(index)]"
      let (name, options) = try Self.entry(element, path: path)
      let type = try Catalog.callbacks.entry(named: name, path: path, line: element.line)
      guard !callbacks.contains(where: { Swift.type(of: $0).name == name }) else {
        throw ConfigurationError(.conflict("duplicate callback '\(name)'."), path: path, line: element.line)
      }
      let reader = try ConfigurationReader(
        options.options(keys: type.optionKeys, line: options.line ?? element.line), path: "\(path).\(name)",
        keys: type.optionKeys)
      callbacks.append(try type.init(options: reader, metrics: metrics))
    }
    if schedule != nil, callbacks.contains(where: { $0 is ReduceLROnPlateau }) {
      throw ConfigurationError(
        .conflict(
          "reduce_lr_on_plateau changes the learning rate, and so does compile.learning_rate_schedule: use one."),
        path: "callbacks", line: node?.line)
    }
    self.callbacks = callbacks
  }

  private static func elements(_ node: ConfigurationNode?) throws -> [ConfigurationNode] {
    guard let node else { return [] }
    guard case .sequence(let elements) = node.value else {
      throw Catalog.callbacks.unexpected(node, "a list of callbacks", path: "callbacks")
    }
    return elements
  }

  private static func entry(_ node: ConfigurationNode, path: String) throws -> (name: String, ConfigurationNode) {
    switch node.value {
    case .string(let name): return (name, ConfigurationNode(mapping: [], line: node.line))
    case .mapping(let entries) where entries.count == 1: return (entries[0].key, entries[0].node)
    default:
      throw Catalog.callbacks.unexpected(node, "a callback's name, or one name with its options", path: path)
    }
  }
}
