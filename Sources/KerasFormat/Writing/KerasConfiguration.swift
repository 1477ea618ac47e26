import Configuration
import NeuralNetwork
import Training

/// Keras' JSON description of a model and its training, in minimal form.
package enum KerasConfiguration {
  /// `model_config` of an HDF5 file, readable by every Keras since 2.15.
  package static func model(_ plan: ModelPlan) -> String { KerasModelWriter(plan, isArchive: false).model.json }

  /// `training_config` of an HDF5 file: loss, metrics and optimizer.
  ///
  /// - Parameter learningRate: the current one, for a file that has no other place for it; nil for the optimizer's.
  package static func training(
    _ configuration: TrainingConfiguration, optimizerClass: String, learningRate: Float? = nil
  ) -> String {
    let optimizer = entry(optimizerClass, optimizerOptions(configuration, learningRate: learningRate))
    return ConfigurationNode(
      mapping: compile(configuration, module: nil) + [ConfigurationEntry("optimizer_config", optimizer)]
    ).json
  }

  /// `config.json` of a `.keras` archive, readable by every Keras since 3.3.
  ///
  /// - Parameter isCompiled: whether it includes loss, metrics and optimizer.
  package static func archive(
    _ configuration: TrainingConfiguration, plan: ModelPlan, isCompiled: Bool = true
  ) -> String {
    let optimizer = entry(
      type(of: configuration.optimizer).className, optimizerOptions(configuration), module: "keras.optimizers")
    let compiled =
      isCompiled
      ? ConfigurationNode(
        mapping: [ConfigurationEntry("optimizer", optimizer)] + compile(configuration, module: "keras.losses"))
      : .null
    let model = KerasModelWriter(plan, isArchive: true)
    guard case .mapping(let entries) = model.model.value else { return model.model.json }
    return ConfigurationNode(mapping: entries + model.building + [ConfigurationEntry("compile_config", compiled)]).json
  }

  private static func optimizerOptions(
    _ configuration: TrainingConfiguration, learningRate: Float? = nil
  ) -> [ConfigurationEntry] {
    let (optimizer, key) = (configuration.optimizer, "learning_rate")
    let schedule = configuration.learningRateSchedule?.kerasObject(rate: optimizer.learningRate)
    let rate = schedule ?? learningRate.map { ConfigurationNode(.number(Double("\($0)") ?? Double($0))) }
    // Keras excludes variables through a method of the optimizer, has no multipliers, and refuses keys for them.
    let options = optimizer.allOptions.filter { !UpdateOptions.ownKeys.contains($0.key) }
    return [ConfigurationEntry("name", text(type(of: optimizer).name))]
      + options.map { $0.key == key ? ConfigurationEntry(key, rate ?? $0.node) : $0 }
  }

  /// - Parameter module: where Keras 3 finds losses; nil in HDF5 files, which Keras 2 reads too.
  private static func compile(_ configuration: TrainingConfiguration, module: String?) -> [ConfigurationEntry] {
    // Keras 2 interprets "accuracy" of a loaded model as that of one-hot labels.
    let accuracy =
      configuration.loss is SparseCategoricalCrossentropy
      ? SparseCategoricalAccuracy.name
      : configuration.loss.isOverIndependentProbabilities ? BinaryAccuracy.name : Accuracy.name
    // Keras does not open a model with an unknown metric. As objects all are known, by name only some.
    let metrics = configuration.metrics.filter { type(of: $0).isInKeras }.map { metric in
      let name = text(metric is Accuracy && module == nil ? accuracy : type(of: metric).name)
      guard metric is any CountMetric || !metric.changedOptions.isEmpty else { return name }
      return entry(
        String(describing: type(of: metric)), [ConfigurationEntry("name", name)] + metric.changedOptions,
        module: module.map { _ in "keras.metrics" })
    }
    return [
      ConfigurationEntry("loss", loss(configuration.loss, module: module)),
      // Keras rejects a configuration without this key.
      ConfigurationEntry("loss_weights", .null),
      ConfigurationEntry("metrics", ConfigurationNode(.sequence(metrics))),
      ConfigurationEntry("weighted_metrics", .null),
      ConfigurationEntry("run_eagerly", false),
      ConfigurationEntry("steps_per_execution", 1),
      ConfigurationEntry("jit_compile", false),
    ]
  }

  /// A name, or an object if there are options.
  private static func loss(_ loss: any Loss, module: String?) -> ConfigurationNode {
    let name = text(type(of: loss).name)
    guard !loss.changedOptions.isEmpty else { return name }
    return entry(
      String(describing: type(of: loss)), [ConfigurationEntry("name", name)] + loss.changedOptions, module: module)
  }

  /// A serialized Keras object; with the module since version 3.
  ///
  /// - Parameter isRegistered: whether it is of a custom class registered by the user of Keras, not of the module.
  static func entry(
    _ className: String, _ configuration: [ConfigurationEntry], module: String? = nil, isRegistered: Bool = false,
    further: [ConfigurationEntry] = []
  ) -> ConfigurationNode {
    let entries = [
      ConfigurationEntry("class_name", text(className)),
      ConfigurationEntry("config", ConfigurationNode(mapping: configuration)),
    ]
    guard let module else { return ConfigurationNode(mapping: entries + further) }
    return ConfigurationNode(
      mapping: [ConfigurationEntry("module", isRegistered ? .null : text(module))] + entries
        + [ConfigurationEntry("registered_name", isRegistered ? text(className) : .null)] + further)
  }

  static func text(_ value: String) -> ConfigurationNode { ConfigurationNode(.string(value)) }
}
