import Datasets

extension TrainingConfiguration {
  /// The number of steps of an epoch.
  public func steps(of training: Dataset) -> Int { stepsPerEpoch ?? batches(ofSamples: training.count) }

  /// Whether the model is validated after an epoch, counted from 1.
  public func validates(afterEpoch epoch: Int) -> Bool { epoch.isMultiple(of: validationFrequency) }

  /// The position of the next batch in the training data: the passes completed, and the batches of the current one.
  func position(_ state: RunState, samples: Int) -> (pass: Int, batch: Int) {
    let batches = batches(ofSamples: samples)
    let (pass, batch) = (state.epoch * (stepsPerEpoch ?? batches) + state.stepInEpoch)
      .quotientAndRemainder(dividingBy: batches)
    return (pass, batch)
  }

  /// The number of batches of a pass over some samples.
  package func batches(ofSamples count: Int) -> Int { (count + batchSize - 1) / batchSize }

  /// Checks that the training data has at least one full batch, and that the run does not pass over it too often.
  ///
  /// - Throws: `TrainingError.batchLargerThanData`, `.tooManyPasses`.
  public func check(_ training: Dataset) throws {
    guard batchSize <= training.count else {
      throw TrainingError.batchLargerThanData(batchSize: batchSize, dataset: training.name, samples: training.count)
    }
    // The random streams distinguish 2^24 passes.
    let batches = batches(ofSamples: training.count)
    guard let stepsPerEpoch, stepsPerEpoch > ((1 << 24) - 1) * batches / epochs else { return }
    throw TrainingError.tooManyPasses(stepsPerEpoch: stepsPerEpoch, epochs: epochs, batches: batches)
  }
}
