import Checkpoints
import Configuration
import RunConfiguration

/// A value that a run is configured with, under the key that `--set` accepts, or a property of what it was trained on.
package struct ConfigurationValue: Sendable, Hashable {
  package static let seedKey = "fit.seed"
  /// The key of a summary of the model, for models of different layers.
  static let modelKey = "model"

  package let key: String
  /// The value as in YAML.
  package let text: String

  /// The values that decide what a run computes, in the order of its configuration.
  ///
  /// - Throws: `ConfigurationError`.
  static func all(of checkpoint: Checkpoint) throws -> [ConfigurationValue] {
    var configuration = checkpoint.configuration
    configuration.callbacks.removeAll { !type(of: $0).decidesWeights }
    var values = flattened(configuration.document, at: "").filter { value in
      value.key != "name" && !value.key.hasPrefix("checkpoints.")
    }
    let layers = configuration.training.model.nodes.count
    let model = "\(layers) layer\(layers == 1 ? "" : "s"), \(checkpoint.parameterCount) parameters"
    values.append(ConfigurationValue(key: modelKey, text: model))
    let data = "SHA-256 \(checkpoint.run.trainFingerprint.prefix(8))"
    values.append(ConfigurationValue(key: "training data", text: data))
    if let weights = checkpoint.run.initialWeights {
      values.append(ConfigurationValue(key: "initial weights", text: weights))
    }
    return values
  }

  /// The keys of the values that are not the same in all configurations, in the order of the first one that has them.
  /// Models of different layers are one key.
  static func differingKeys(_ configurations: [[ConfigurationValue]]) -> [String] {
    var keys: [String] = []
    for value in configurations.joined() where !keys.contains(value.key) {
      if Set(configurations.map { $0.text(value.key) }).count > 1 { keys.append(value.key) }
    }
    let haveSameLayers = Set(configurations.map { Set($0.compactMap(\.layer)) }).count == 1
    return keys.filter { haveSameLayers ? $0 != modelKey : !$0.hasPrefix("model.") }
  }

  /// Whether it is the seed, in which the runs of a group differ.
  var isSeed: Bool { key == Self.seedKey }

  /// The layer of which it is an option, such as `model.0.conv2d`; nil for other values.
  var layer: String? {
    let parts = key.split(separator: ".")
    guard parts.count > 1, parts[0] == Self.modelKey else { return nil }
    return (parts.prefix(3) + (parts.count == 2 ? [text[...]] : [])).joined(separator: ".")
  }

  /// The values below a node. A list of plain values is one value.
  private static func flattened(_ node: ConfigurationNode, at path: String) -> [ConfigurationValue] {
    func below(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    switch node.value {
    case .mapping(let entries) where !entries.isEmpty:
      return entries.flatMap { flattened($0.node, at: below($0.key)) }
    case .sequence(let elements) where elements.contains(where: \.hasParts):
      return elements.enumerated().flatMap { flattened($1, at: below("\($0)")) }
    case .string(let text): return [ConfigurationValue(key: path, text: text)]
    default: return [ConfigurationValue(key: path, text: node.json)]
    }
  }
}

extension [ConfigurationValue] {
  /// The text of the value with a key; nil if there is none.
  func text(_ key: String) -> String? { first { $0.key == key }?.text }

  /// What runs that differ in their seeds alone have in common.
  var withoutSeed: [ConfigurationValue] { filter { !$0.isSeed } }
}

extension ConfigurationNode {
  fileprivate var hasParts: Bool {
    switch value {
    case .mapping, .sequence: true
    default: false
    }
  }
}
