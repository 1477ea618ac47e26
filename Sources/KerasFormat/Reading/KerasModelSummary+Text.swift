import Configuration
import NeuralNetwork

extension KerasModelSummary: CustomStringConvertible {
  package var description: String {
    var lines = [heading] + table
    if modelClass != nil { lines += trainingLines }
    lines.append(refusal.map { "Supported: no. \($0)" } ?? "Supported: yes")
    return (lines + notes.map { "Note: \($0)" }).joined(separator: "\n")
  }

  /// `Keras model: Sequential - .keras - Keras 3.15.1 - backend: jax`
  private var heading: String {
    let parts = [
      modelClass.map { "Keras model: \($0)" } ?? "Keras weights without a model", format,
      origin.version.map { "Keras \($0)" } ?? "unknown Keras version",
    ]
    return (parts + (origin.backend.map { ["backend: \($0)"] } ?? [])).joined(separator: " - ")
  }

  private var table: [String] {
    let isGraph = layers.contains { !$0.inputs.isEmpty }
    let rows = layers.map { layer in
      let shape = layer.outputShape.map { "(None, \($0.map(String.init).joined(separator: ", ")))" } ?? ""
      let row = ["\(layer.name) (\(layer.className))", shape, ModelPlan.grouped(layer.parameterCount)]
      let inputs = layer.inputs.map { "\($0)[0][0]" }.joined(separator: ", ")
      return isGraph ? row + [inputs.isEmpty ? "-" : inputs] : row
    }
    return SummaryTable.lines(isGraph ? SummaryTable.graphColumns : SummaryTable.chainColumns, rows) + [
      " Total params: \(ModelPlan.grouped(parameterCount)) (\(ModelPlan.size(ofFloats: parameterCount)))"
    ]
  }

  private var trainingLines: [String] {
    guard let training else { return ["Not compiled: no optimizer, no loss"] }
    let optimizer = training.optimizerSummary.map { name, options in
      let texts = options.map { "\($0.key): \($0.node.json)" }.joined(separator: ", ")
      return texts.isEmpty ? name : "\(name) (\(texts))"
    }
    return [
      "Optimizer: \(optimizer ?? "none") - \(steps.map { "steps done: \(ModelPlan.grouped($0))" } ?? "no state")",
      "Loss: \(training.lossName ?? "none") - metrics: "
        + (training.metricNames.isEmpty ? "none" : training.metricNames.joined(separator: ", ")),
    ]
  }
}

extension KerasModelSummary {
  /// The summary for machine-readable output.
  package var configuration: ConfigurationNode {
    func text(_ value: String?) -> ConfigurationNode { value.map { ConfigurationNode(.string($0)) } ?? .null }
    func integer(_ value: Int?) -> ConfigurationNode { value.map { ConfigurationNode(.integer($0)) } ?? .null }
    func list(_ values: [ConfigurationNode]) -> ConfigurationNode { ConfigurationNode(.sequence(values)) }
    let optimizer = training?.optimizerSummary
    return ConfigurationNode(mapping: [
      ConfigurationEntry("format", text(format)),
      ConfigurationEntry("keras_version", text(origin.version)), ConfigurationEntry("backend", text(origin.backend)),
      ConfigurationEntry("model", text(modelClass)),
      ConfigurationEntry(
        "layers",
        list(
          layers.map { layer in
            ConfigurationNode(mapping: [
              ConfigurationEntry("name", text(layer.name)), ConfigurationEntry("class", text(layer.className)),
              ConfigurationEntry("output_shape", layer.outputShape.map { list($0.map(integer)) } ?? .null),
              ConfigurationEntry("parameters", integer(layer.parameterCount)),
              ConfigurationEntry("connected_to", list(layer.inputs.map { text($0) })),
            ])
          })),
      ConfigurationEntry("parameters", integer(parameterCount)),
      ConfigurationEntry("optimizer", text(optimizer?.name)),
      ConfigurationEntry("optimizer_options", ConfigurationNode(mapping: optimizer?.options ?? [])),
      ConfigurationEntry("steps", integer(steps)), ConfigurationEntry("loss", text(training?.lossName)),
      ConfigurationEntry("metrics", list((training?.metricNames ?? []).map { text($0) })),
      ConfigurationEntry("computed", ConfigurationNode(.bool(refusal == nil))),
      ConfigurationEntry("refusal", text(refusal)),
    ])
  }
}
