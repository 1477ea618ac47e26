import Configuration
import NeuralNetwork
import Training

/// The JSON in which Keras describes a model and its training: the smallest form that every Keras since 2.15 reads.
enum KerasConfiguration {
  /// `model_config`: a Sequential with its input and its layers.
  static func model(_ model: Sequential, network: Network) -> String {
    let input = entry(
      "InputLayer",
      [
        ConfigurationEntry("batch_input_shape", batchShape(network.inputShape)), ConfigurationEntry("dtype", "float32"),
        ConfigurationEntry("sparse", false), ConfigurationEntry("ragged", false),
        ConfigurationEntry("name", "input_layer"),
      ])
    let layers = zip(model.layers, network.layers).map { layer, built in
      entry(
        built.className,
        [ConfigurationEntry("name", text(built.name)), ConfigurationEntry("dtype", "float32")] + layer.options)
    }
    return entry(
      "Sequential",
      [
        ConfigurationEntry("name", "sequential"),
        ConfigurationEntry("layers", ConfigurationNode(.sequence([input] + layers))),
      ]
    ).json
  }

  /// `training_config`: loss, metrics and optimizer.
  static func training(_ configuration: TrainingConfiguration) -> String {
    let optimizer = configuration.optimizer
    let metrics = configuration.metrics.map { text(type(of: $0).name) }
    return ConfigurationNode(mapping: [
      ConfigurationEntry("loss", text(type(of: configuration.loss).name)),
      // Keras refuses a configuration without this key.
      ConfigurationEntry("loss_weights", .null),
      ConfigurationEntry("metrics", ConfigurationNode(.sequence(metrics))),
      ConfigurationEntry("weighted_metrics", .null),
      ConfigurationEntry("run_eagerly", false),
      ConfigurationEntry("steps_per_execution", 1),
      ConfigurationEntry("jit_compile", false),
      ConfigurationEntry(
        "optimizer_config",
        entry(
          type(of: optimizer).className,
          [ConfigurationEntry("name", text(type(of: optimizer).name))] + optimizer.options)),
    ]).json
  }

  private static func entry(_ className: String, _ configuration: [ConfigurationEntry]) -> ConfigurationNode {
    ConfigurationNode(mapping: [
      ConfigurationEntry("class_name", text(className)),
      ConfigurationEntry("config", ConfigurationNode(mapping: configuration)),
    ])
  }

  private static func text(_ value: String) -> ConfigurationNode { ConfigurationNode(.string(value)) }

  private static func batchShape(_ shape: Shape) -> ConfigurationNode {
    ConfigurationNode(.sequence([.null] + shape.dimensions.map { ConfigurationNode(.integer($0)) }))
  }
}
