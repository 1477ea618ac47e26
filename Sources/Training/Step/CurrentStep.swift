import NeuralNetwork

/// A step: its batch and its position in the run.
struct CurrentStep: Sendable {
  let batch: SampleSlice
  let sharding: BatchSharding
  let pass: Pass
  let learningRate: Float
  /// How the batch's samples are mixed; nil if they are not.
  let mixing: BatchMixing?

  /// The next step of a run.
  ///
  /// - Parameters:
  ///   - samples: the samples of the current pass over the data, in its order.
  ///   - mixing: the mixtures, drawn for the step's batch.
  /// - Throws: `DatasetError` or `FileError` if an input cannot be decoded.
  init(
    _ configuration: TrainingConfiguration, _ samples: SampleStream, _ state: RunState, mixing: BatchMixing? = nil
  ) throws {
    let position = configuration.position(state, samples: samples.count)
    let first = position.batch * configuration.batchSize
    batch = try samples.window(min(first, samples.count)..<min(first + configuration.batchSize, samples.count))
    sharding = BatchSharding(sampleCount: max(batch.count, 1), shards: configuration.shards)
    pass = Pass(
      mode: .training, seed: configuration.seed, epoch: position.pass, step: state.step, firstSample: first)
    learningRate =
      configuration.learningRateSchedule?.rate(configuration.optimizer.learningRate, step: state.step)
      ?? state.learningRate
    self.mixing = mixing
    mixing?.draw(pass, samples: batch.count)
  }

  /// The number of steps before this one.
  var iteration: Int { pass.step }
}

extension NonfiniteBatch {
  init(_ step: CurrentStep, _ state: RunState, loss: Float) {
    self.init(
      step: state.step + 1, epoch: state.epoch + 1, loss: loss,
      samples: (0..<step.batch.count).map { step.batch.index(at: $0) })
  }
}
