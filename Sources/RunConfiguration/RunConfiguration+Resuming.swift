import Checkpoints
import Configuration
import NeuralNetwork
import Training

/// A run that cannot go on from a checkpoint, because it would be another run.
public struct ResumeMismatch: Error, Equatable, CustomStringConvertible {
  /// What differs: a key of the configuration, or `data`.
  public let key: String
  public let checkpoint: String
  public let requested: String

  public init(key: String, checkpoint: String, requested: String) {
    self.key = key
    self.checkpoint = checkpoint
    self.requested = requested
  }

  public var description: String {
    "cannot resume: \(key) is \(checkpoint) in the checkpoint, but \(requested) now. A resumed run must be the same "
      + "run: restore the old value, or start anew with --overwrite or another --output."
  }
}

extension RunConfiguration {
  /// Whether this run can go on from one with the configuration `saved`: with the same bits.
  ///
  /// More epochs, other checkpoints, another name or other workers are fine.
  ///
  /// - Parameter isImported: whether `saved` comes from a file of another program, and has made no step here: then it
  ///   says nothing of batches, of the data (but for the scale of the pixels) and of what is measured.
  /// - Throws: `ResumeMismatch` with the first key that differs and both values.
  public func checkResumes(_ saved: RunConfiguration, isImported: Bool = false) throws {
    func check(_ key: String, _ value: (RunConfiguration) -> ConfigurationNode) throws {
      let (old, new) = (value(saved), value(self))
      if old != new { throw ResumeMismatch(key: key, checkpoint: old.json, requested: new.json) }
    }
    try check("the number of layers in model") { ConfigurationNode(.integer($0.training.model.layers.count)) }
    // The layers of a file of another program are called as the configuration calls them.
    let (own, others) = (
      training.model.layers(areNamed: !isImported), saved.training.model.layers(areNamed: !isImported)
    )
    for index in own.indices {
      guard own[index] != others[index] else { continue }
      throw ResumeMismatch(key: "model[\(index)]", checkpoint: others[index].json, requested: own[index].json)
    }
    try check("compile.optimizer") { run in
      let optimizer = run.training.optimizer
      return ConfigurationNode(
        mapping: [ConfigurationEntry("name", ConfigurationNode(.string(type(of: optimizer).name)))]
          + optimizer.allOptions)
    }
    try check("compile.learning_rate_schedule") { $0.training.learningRateSchedule?.configuration ?? .null }
    try check("compile.loss") { Self.loss($0.training.loss) }
    // One that depends on the data is compared once that is loaded.
    if saved.training.scale != nil, training.scale != nil {
      try check("data.scale") { $0.training.scale.map { ConfigurationNode(.number(Double($0))) } ?? .null }
    }
    if isImported { return }
    try check("compile.metrics") { run in
      ConfigurationNode(.sequence(run.training.metrics.map { ConfigurationNode(.string(type(of: $0).name)) }))
    }
    try check("callbacks") { run in Self.list(run.callbacks.filter { type(of: $0).decidesWeights }) }
    try check("fit.batch_size") { ConfigurationNode(.integer($0.training.batchSize)) }
    try check("fit.shards") { ConfigurationNode(.integer($0.training.shards)) }
    try check("fit.validation_split") { $0.training.validationSplit.map { ConfigurationNode(.number($0)) } ?? .null }
    try check("fit.shuffle") { ConfigurationNode(.bool($0.training.shuffle)) }
    try check("fit.seed") { ConfigurationNode(.integer(Int($0.training.seed))) }
  }
}

extension Model {
  /// The layers as configurations have them: with names, if these count, and inputs where they are not those of a row of
  /// layers without names of their own.
  fileprivate func layers(areNamed: Bool) -> [ConfigurationNode] {
    var named = self
    named.setLayerNames(areNamed ? layerNames : Model(layers).layerNames)
    guard case .sequence(let elements) = named.configuration.value else { return [] }
    return elements
  }
}
