import Configuration
import NeuralNetwork
import Training

/// The JSON in which Keras describes a model and its training, in its smallest forms.
package enum KerasConfiguration {
  /// `model_config` of an HDF5 file: what every Keras since 2.15 reads.
  ///
  /// - Parameter divisor: what a Rescaling layer at the start divides the pixels by; nil for none.
  package static func model(_ model: Sequential, plan: ModelPlan, divisor: Float? = nil) -> String {
    let input = [
      ConfigurationEntry("batch_input_shape", batchShape(plan.inputShape)), ConfigurationEntry("dtype", "float32"),
      ConfigurationEntry("sparse", false), ConfigurationEntry("ragged", false),
      ConfigurationEntry("name", "input_layer"),
    ]
    return entry("Sequential", sequential(model, plan, input: input, divisor: divisor, module: nil)).json
  }

  /// `training_config` of an HDF5 file: loss, metrics and optimizer.
  package static func training(_ configuration: TrainingConfiguration, optimizerClass: String) -> String {
    let optimizer = entry(optimizerClass, options(of: configuration.optimizer))
    return ConfigurationNode(
      mapping: compile(configuration, module: nil) + [ConfigurationEntry("optimizer_config", optimizer)]
    ).json
  }

  /// `config.json` of a `.keras` archive: what every Keras since 3.3 reads.
  ///
  /// - Parameters:
  ///   - isCompiled: whether it has loss, metrics and optimizer.
  ///   - divisor: as in `model`.
  package static func archive(
    _ configuration: TrainingConfiguration, plan: ModelPlan, isCompiled: Bool = true, divisor: Float? = nil
  ) -> String {
    let shape = batchShape(plan.inputShape)
    let input = [
      ConfigurationEntry("batch_shape", shape), ConfigurationEntry("dtype", "float32"),
      ConfigurationEntry("sparse", false), ConfigurationEntry("name", "input_layer"),
    ]
    let model = sequential(configuration.model, plan, input: input, divisor: divisor, module: "keras.layers")
    let optimizer = entry(
      type(of: configuration.optimizer).className, options(of: configuration.optimizer), module: "keras.optimizers")
    return entry(
      "Sequential", model + [ConfigurationEntry("build_input_shape", shape)], module: "keras",
      further: [
        ConfigurationEntry("build_config", ConfigurationNode(mapping: [ConfigurationEntry("input_shape", shape)])),
        ConfigurationEntry(
          "compile_config",
          isCompiled
            ? ConfigurationNode(
              mapping: [ConfigurationEntry("optimizer", optimizer)] + compile(configuration, module: "keras.losses"))
            : .null),
      ]
    ).json
  }

  /// The layers of a model behind its input.
  private static func sequential(
    _ model: Sequential, _ plan: ModelPlan, input: [ConfigurationEntry], divisor: Float?, module: String?
  ) -> [ConfigurationEntry] {
    let rescaling = divisor.map { divisor in
      entry(
        rescalingClass,
        [
          ConfigurationEntry("name", text(rescalingName)), ConfigurationEntry("dtype", "float32"),
          ConfigurationEntry("scale", ConfigurationNode(.number(1 / Double(divisor)))),
          ConfigurationEntry("offset", ConfigurationNode(.number(0))),
        ], module: module)
    }
    let layers = zip(model.layers, plan.nodes).map { layer, built in
      entry(
        built.className,
        [ConfigurationEntry("name", text(built.name)), ConfigurationEntry("dtype", "float32")] + layer.options,
        module: module)
    }
    return [
      ConfigurationEntry("name", "sequential"),
      ConfigurationEntry(
        "layers",
        ConfigurationNode(
          .sequence([entry("InputLayer", input, module: module)] + (rescaling.map { [$0] } ?? []) + layers))),
    ]
  }

  private static func options(of optimizer: any Optimizer) -> [ConfigurationEntry] {
    [ConfigurationEntry("name", text(type(of: optimizer).name))] + optimizer.allOptions
  }

  /// Keras' layer that multiplies pixels, and what it is called in our files.
  package static let (rescalingClass, rescalingName) = ("Rescaling", "rescaling")

  /// - Parameter module: where Keras 3 finds losses; nil in HDF5 files, which Keras 2 reads too.
  private static func compile(_ configuration: TrainingConfiguration, module: String?) -> [ConfigurationEntry] {
    // Keras 2 takes "accuracy" of a model that it loads for that of one-hot labels.
    let isSparse = configuration.loss is SparseCategoricalCrossentropy && module == nil
    let metrics = configuration.metrics.map {
      text($0 is Accuracy && isSparse ? "sparse_categorical_accuracy" : type(of: $0).name)
    }
    return [
      ConfigurationEntry("loss", loss(configuration.loss, module: module)),
      // Keras refuses a configuration without this key.
      ConfigurationEntry("loss_weights", .null),
      ConfigurationEntry("metrics", ConfigurationNode(.sequence(metrics))),
      ConfigurationEntry("weighted_metrics", .null),
      ConfigurationEntry("run_eagerly", false),
      ConfigurationEntry("steps_per_execution", 1),
      ConfigurationEntry("jit_compile", false),
    ]
  }

  /// A name, or an object if it has options.
  private static func loss(_ loss: any Loss, module: String?) -> ConfigurationNode {
    let name = text(type(of: loss).name)
    guard !loss.options.isEmpty else { return name }
    return entry(
      String(describing: type(of: loss)), [ConfigurationEntry("name", name)] + loss.options, module: module)
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
