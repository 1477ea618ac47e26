import Configuration
import NeuralNetwork
import Training

extension RunConfiguration {
  /// Checks that this run can resume one with the configuration `saved` with the same bits.
  ///
  /// More epochs, other checkpoint settings, another name or another number of workers are allowed.
  ///
  /// - Parameter isImported: whether `saved` comes from a file of another program, without a step since: then its
  ///   batches, data (except for the pixel scale) and metrics are not compared.
  /// - Throws: `ResumeMismatch` with the first key that differs and both values.
  public func checkResumes(_ saved: RunConfiguration, isImported: Bool = false) throws {
    var requested = self
    // What was adapted to the training data, which is compared elsewhere, stays as it is.
    requested.training.model.takeNormalizations(of: saved.training.model)
    func check(_ key: String, _ value: (RunConfiguration) -> ConfigurationNode) throws {
      let (old, new) = (value(saved), value(requested))
      if old != new { throw ResumeMismatch(key: key, checkpoint: old.json, requested: new.json) }
    }
    try check("the number of layers in model") { ConfigurationNode(.integer($0.training.model.layers.count)) }
    // Layers imported from another program get the names of the configuration.
    let (own, others) = (
      requested.training.model.layers(areNamed: !isImported), saved.training.model.layers(areNamed: !isImported)
    )
    for index in own.indices {
      guard own[index] != others[index] else { continue }
      throw ResumeMismatch(key: "model[\(index)]", checkpoint: others[index].json, requested: own[index].json)
    }
    let names = requested.training.model.layerNames
    try check("the list of frozen layers (fit.freeze, or trainable: false in model)") { run in
      let nodes = run.training.model.nodes
      return ConfigurationNode(strings: nodes.indices.filter { !nodes[$0].isTrainable }.map { names[$0] })
    }
    try check("compile.optimizer") { run in
      let optimizer = run.training.optimizer
      return ConfigurationNode(
        mapping: [ConfigurationEntry("name", ConfigurationNode(.string(type(of: optimizer).name)))]
          + optimizer.allOptions)
    }
    try check("compile.learning_rate_schedule") { $0.training.learningRateSchedule?.configuration ?? .null }
    try check("compile.loss") { Self.loss($0.training.loss) }
    // A scale that depends on the data is compared once that is loaded.
    if saved.training.scale != nil, training.scale != nil {
      try check("data.scale") { $0.training.scale.map { ConfigurationNode(.number(Double($0))) } ?? .null }
    }
    if isImported { return }
    try check("compile.metrics") { run in
      ConfigurationNode(.sequence(run.training.metrics.map(Self.metric)))
    }
    try check("callbacks") { run in Self.list(run.callbacks.filter { type(of: $0).decidesWeights }) }
    try check("fit.batch_size") { ConfigurationNode(.integer($0.training.batchSize)) }
    try check("fit.steps_per_epoch") { $0.training.stepsPerEpoch.map { ConfigurationNode(.integer($0)) } ?? .null }
    try check("fit.validation_freq") { ConfigurationNode(.integer($0.training.validationFrequency)) }
    try check("fit.shards") { ConfigurationNode(.integer($0.training.shards)) }
    try check("data.subset") { $0.training.samples.subset?.configuration ?? .null }
    for key in ["validation_split", "stratify", "oversample", "class_weight"] {
      try check("fit.\(key)") { $0.training.samples.fitOptions.first { $0.key == key }?.node ?? .null }
    }
    try check("fit.shuffle") { ConfigurationNode(.bool($0.training.shuffle)) }
    try check("fit.batch_augmentation") { $0.training.batchAugmentation?.configuration ?? .null }
    try check("fit.seed") { ConfigurationNode(.integer(Int($0.training.seed))) }
  }
}

extension Model {
  /// The layers in configuration form, without which of them are frozen: with names if these matter, and with inputs
  /// unless the model is a chain of unnamed layers.
  fileprivate func layers(areNamed: Bool) -> [ConfigurationNode] {
    var named = self
    named.setLayerNames(areNamed ? layerNames : Model(layers).layerNames)
    named.setTrainable(true, layers: named.nodes.indices)
    guard case .sequence(let elements) = named.configuration.value else { return [] }
    return areNamed ? elements : elements.map(\.withoutInitializers)
  }
}
