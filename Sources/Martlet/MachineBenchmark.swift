/// What a machine can do at most.
package struct MachineBenchmark: Sendable {
  package let instructionSet: InstructionSet
  /// The cores that this process may use. More workers than these share them.
  package let cores: Int
  /// Operations a second of each worker, by the number of workers.
  package let peaks: [(workers: Int, peak: Timing)]

  /// - Throws: `TrainingError.tooFewThreads`.
  package init(
    workerCounts: [Int], runs: Int, instructionSet: InstructionSet, cores: Int = AvailableCores.count()
  ) throws {
    self.instructionSet = instructionSet
    self.cores = cores
    peaks = try workerCounts.map {
      ($0, try PeakPerformance.measure(workers: $0, runs: runs, instructionSet: instructionSet))
    }
  }

  /// Operations a second of one core on its own.
  package var corePeak: Double { peaks[0].peak.median }

  /// Operations a second of the cores that so many workers compute on.
  package func peak(workers: Int) -> Double { corePeak * Double(min(workers, cores)) }
}

/// What a network takes on a machine.
package struct NetworkBenchmark: Sendable {
  package let name: String
  /// The data set that it was measured with.
  package let data: String
  /// For one sample, on one core.
  package let layers: [LayerProfile]
  /// The sum of the gradients and the optimizer's update of a step, on one core.
  package let update: Timing
  /// Training and validation of the whole data, by the number of workers.
  package let epochs: [(workers: Int, seconds: Timing)]
  /// Validation alone, with the most workers.
  package let validation: Timing
  /// The operations that an epoch needs.
  package let operationsPerEpoch: Double

  /// Trains the run's network for a moment, again and again.
  ///
  /// - Throws: what `TrainingRun.init` throws. Nothing is written.
  package init(
    _ run: RunConfiguration, workerCounts: [Int], runs: Int, surroundings: TrainingRun.Surroundings
  ) throws {
    let data = try run.load(surroundings.dataset)
    func trainer(_ workers: Int) throws -> Trainer {
      try Trainer(
        run.training, inputShape: data.train.shape, workerCount: workers,
        instructionSet: surroundings.instructionSet)
    }
    name = run.name
    self.data = run.source.map { type(of: $0).name } ?? ""
    layers = try trainer(1).profileLayers(data.train, runs: runs)
    update = try trainer(1).profileUpdate(runs: runs)
    let trainers = try workerCounts.map(trainer)
    var seconds = [[Double]](repeating: [], count: trainers.count)
    var validations: [Double] = []
    // In turn, so that what else happens on the machine meets all alike.
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

  /// The seconds of an epoch's training, from a part of it that takes about a second.
  private static func trainingSeconds(_ trainer: Trainer, _ data: Dataset) throws -> Double {
    let steps = trainer.configuration.steps(of: data)
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
