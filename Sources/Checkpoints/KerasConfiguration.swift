import Configuration
import NeuralNetwork
import Training

/// The JSON in which Keras describes a model and its training, in its smallest forms.
package enum KerasConfiguration {
  /// `model_config` of an HDF5 file: what every Keras since 2.15 reads.
  package static func model(_ model: Sequential, network: Network) -> String {
    let input = [
      ConfigurationEntry("batch_input_shape", batchShape(network.inputShape)), ConfigurationEntry("dtype", "float32"),
      ConfigurationEntry("sparse", false), ConfigurationEntry("ragged", false),
      ConfigurationEntry("name", "input_layer"),
    ]
    return entry("Sequential", sequential(model, network, input: input, module: nil)).json
  }

  /// `training_config` of an HDF5 file: loss, metrics and optimizer.
  package static func training(_ configuration: TrainingConfiguration, optimizerClass: String) -> String {
    let optimizer = entry(optimizerClass, options(of: configuration.optimizer))
    return ConfigurationNode(
      mapping: compile(configuration) + [ConfigurationEntry("optimizer_config", optimizer)]
    ).json
  }

  /// `config.json` of a `.keras` archive: what every Keras since 3.3 reads.
  package static func archive(_ configuration: TrainingConfiguration, network: Network) -> String {
    let shape = batchShape(network.inputShape)
    let input = [
      ConfigurationEntry("batch_shape", shape), ConfigurationEntry("dtype", "float32"),
      ConfigurationEntry("sparse", false), ConfigurationEntry("name", "input_layer"),
    ]
    let model = sequential(configuration.model, network, input: input, module: "keras.layers")
    let optimizer = entry(
      type(of: configuration.optimizer).className, options(of: configuration.optimizer), module: "keras.optimizers")
    return entry(
      "Sequential", model + [ConfigurationEntry("build_input_shape", shape)], module: "keras",
      further: [
        ConfigurationEntry("build_config", ConfigurationNode(mapping: [ConfigurationEntry("input_shape", shape)])),
        ConfigurationEntry(
          "compile_config",
          ConfigurationNode(mapping: [ConfigurationEntry("optimizer", optimizer)] + compile(configuration))),
      ]
    ).json
  }

  /// The layers of a model behind its input.
  private static func sequential(
    _ model: Sequential, _ network: Network, input: [ConfigurationEntry], module: String?
  ) -> [ConfigurationEntry] {
    let layers = zip(model.layers, network.layers).map { layer, built in
      entry(
        built.className,
        [ConfigurationEntry("name", text(built.name)), ConfigurationEntry("dtype", "float32")] + layer.options,
        module: module)
    }
    return [
      ConfigurationEntry("name", "sequential"),
      ConfigurationEntry(
        "layers", ConfigurationNode(.sequence([entry("InputLayer", input, module: module)] + layers))),
    ]
  }

  private static func options(of optimizer: any Optimizer) -> [ConfigurationEntry] {
    [ConfigurationEntry("name", text(type(of: optimizer).name))] + optimizer.options
  }

  private static func compile(_ configuration: TrainingConfiguration) -> [ConfigurationEntry] {
    let metrics = configuration.metrics.map { text(type(of: $0).name) }
    return [
      ConfigurationEntry("loss", text(type(of: configuration.loss).name)),
      // Keras refuses a configuration without this key.
      ConfigurationEntry("loss_weights", .null),
      ConfigurationEntry("metrics", ConfigurationNode(.sequence(metrics))),
      ConfigurationEntry("weighted_metrics", .null),
      ConfigurationEntry("run_eagerly", false),
      ConfigurationEntry("steps_per_execution", 1),
      ConfigurationEntry("jit_compile", false),
    ]
  }

  /// An object as Keras writes it; with the module since version 3.
  private static func entry(
    _ className: String, _ configuration: [ConfigurationEntry], module: String? = nil,
    further: [ConfigurationEntry] = []
  ) -> ConfigurationNode {
    let entries = [
      ConfigurationEntry("class_name", text(className)),
      ConfigurationEntry("config", ConfigurationNode(mapping: configuration)),
    ]
    guard let module else { return ConfigurationNode(mapping: entries) }
    return ConfigurationNode(
      mapping: [ConfigurationEntry("module", text(module))] + entries
        + [ConfigurationEntry("registered_name", .null)] + further)
  }

  private static func text(_ value: String) -> ConfigurationNode { ConfigurationNode(.string(value)) }

  private static func batchShape(_ shape: Shape) -> ConfigurationNode {
    ConfigurationNode(.sequence([.null] + shape.dimensions.map { ConfigurationNode(.integer($0)) }))
  }
}
