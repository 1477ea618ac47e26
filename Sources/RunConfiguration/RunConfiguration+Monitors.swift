import Configuration
import NeuralNetwork

extension RunConfiguration {
  /// Checks that no metric to compare is one of the run's that are arrays.
  ///
  /// - Throws: `ConfigurationError`.
  static func checkMonitors(_ reader: ConfigurationReader, _ metrics: [any Metric]) throws {
    let arrays = metrics.filter { !$0.isNumber }.map { type(of: $0).name }
    func check(_ node: ConfigurationNode?, _ path: String) throws {
      guard let node, case .string(let name) = node.value,
        arrays.contains(name.hasPrefix("val_") ? String(name.dropFirst("val_".count)) : name)
      else { return }
      throw ConfigurationError(
        .conflict(
          "'\(name)' is an array, which cannot be compared with that of another epoch. Choose a metric that is a number, "
            + "such as the average of the classes (average: macro)."), path: path, line: node.line)
    }
    try check(reader.node("checkpoints")?["keep_best"], "checkpoints.keep_best")
    guard case .sequence(let callbacks) = reader.node("callbacks")?.value else { return }
    for (index, callback) in callbacks.enumerated() {
      guard case .mapping(let entries) = callback.value, let entry = entries.first else { continue }
      try check(entry.node["monitor"], "callbacks[\(index)].\(entry.key).monitor")
    }
  }
}
