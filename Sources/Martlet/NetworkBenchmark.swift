/// The measured times of a network.
package struct NetworkBenchmark: Sendable {
  package let name: String
  /// The name of the data set used.
  package let data: String
  /// Times per sample, on one core.
  package let layers: [LayerProfile]
  /// Seconds for the gradient sum and the optimizer's update of a step, on one core.
  package let update: Timing
  /// Seconds per pass over the data, training and validation, by number of workers.
  package let epochs: [(workers: Int, seconds: Timing)]
  /// Seconds for validation alone, with the largest number of workers.
  package let validation: Timing
  /// Floating-point operations per pass over the data.
  package let operationsPerEpoch: Double

  /// Measures the run's network by training it repeatedly for a short time.
  ///
  /// - Throws: what `TrainingRun.init` throws. Nothing is written.
  package init(
    _ run: RunConfiguration, workerCounts: [Int], runs: Int, environment: TrainingRun.Environment
  ) throws {
    let data = try run.load(environment.dataset)
    var training = run.training
    try training.adaptNormalizations(to: data.train)
    func trainer(_ workers: Int) throws -> Trainer {
      try Trainer(
        training, inputShape: data.train.shape, workerCount: workers,
        instructionSet: environment.instructionSet)
    }
    name = run.name
    self.data = run.source.map { type(of: $0).name } ?? ""
    layers = try trainer(1).profileLayers(data.train, runs: runs)
    update = try trainer(1).profileUpdate(runs: runs)
    let trainers = try workerCounts.map(trainer)
    var seconds = [[Double]](repeating: [], count: trainers.count)
    var validations: [Double] = []
    // Interleaved, so that other load on the machine affects all alike.
    for _ in 0..<runs {
      for (index, trainer) in trainers.enumerated() {
        let validation = try Self.validationSeconds(trainer, data.validation)
        seconds[index].append(try Self.trainingSeconds(trainer, data.train) + validation)
        if index == trainers.count - 1 { validations.append(validation) }
      }
    }
    epochs = zip(workerCounts, seconds).map { ($0, Timing(seconds: $1)) }
    validation = Timing(seconds: validations)
    let sample = layers.reduce(into: OperationCount(forward: 0, backward: 0)) {
      $0.forward += $1.operations.forward
      $0.backward += $1.operations.backward
    }
    operationsPerEpoch =
      Double(sample.forward + sample.backward) * Double(data.train.count)
      + Double(sample.forward) * Double(data.validation.count)
  }

  /// Seconds per pass over the training data, extrapolated from about one second of it.
  private static func trainingSeconds(_ trainer: Trainer, _ data: Dataset) throws -> Double {
    let steps = trainer.configuration.batches(ofSamples: data.count)
    func time(_ count: Int) throws -> Double {
      let target = trainer.state.step + count
      let started = ContinuousClock.now
      try trainer.fit(data, epochs: Int.max, maxSteps: target)
      return (ContinuousClock.now - started) / .seconds(1)
    }
    let trial = try time(min(steps, 5)) / Double(min(steps, 5))
    let count = max(1, min(steps, Int(1 / trial)))
    return try time(count) / Double(count) * Double(steps)
  }

  private static func validationSeconds(_ trainer: Trainer, _ data: Dataset) throws -> Double {
    let started = ContinuousClock.now
    _ = try trainer.evaluate(data)
    return (ContinuousClock.now - started) / .seconds(1)
  }
}
