/// How long an epoch of a network would take with more workers than this machine has: a prediction from the durations of
/// tasks on one core, if memory and caches served all workers as fast as one.
package struct ScalingPrediction: Sendable {
  package struct Entry: Sendable, Equatable {
    package let workers: Int
    /// Seconds per pass over the data, training and validation.
    package let seconds: Double
    /// What was measured with as many workers; nil if it was not.
    package let measured: Double?
    /// The phases in which workers wait longest for others.
    package let limit: String
    /// The share of a step's time that workers wait in them.
    package let waiting: Double

    package init(workers: Int, seconds: Double, measured: Double?, limit: String, waiting: Double) {
      self.workers = workers
      self.seconds = seconds
      self.measured = measured
      self.limit = limit
      self.waiting = waiting
    }
  }

  package static let workerCounts = [1, 2, 4, 8, 16, 32, 64, 128]

  package let name: String
  /// By number of workers, ascending.
  package let entries: [Entry]

  package init(name: String, entries: [Entry]) {
    precondition(!entries.isEmpty, "a prediction needs a number of workers")
    self.name = name
    self.entries = entries
  }

  /// Records steps, `runs` times, and evaluations on one core, divided as for each number of workers for which memory
  /// suffices. Nil if the samples are decoded while the run trains: that is not in tasks.
  ///
  /// - Throws: what `TrainingRun.init` throws. Nothing is written.
  package init?(
    _ run: RunConfiguration, measured: NetworkBenchmark, machine: MachineBenchmark, runs: Int,
    environment: TrainingRun.Environment
  ) throws {
    let data = try run.load(environment.dataset)
    let isDecoded = [data.train, data.validation].contains { if case .decoded = $0.storage { true } else { false } }
    guard !isDecoded else { return nil }
    var training = run.training
    try training.adaptNormalizations(to: data.train)
    let (configuration, stepsPerEpoch) = (training, training.batches(ofSamples: data.train.count))
    let evaluations = try [1, Self.workerCounts.max() ?? 1].map { workers in
      try Trainer.profileEvaluation(
        configuration, data.validation, workers: workers, instructionSet: environment.instructionSet)
    }
    // About a tenth of a second each time.
    let stepSeconds = measured.epochs[0].seconds.median / Double(stepsPerEpoch)
    let steps = max(2, min(50, Int(0.1 / max(stepSeconds, 1e-6))))
    // Interleaved, so that other load on the machine affects all alike.
    var profiles = [[TaskProfile]](repeating: [], count: Self.workerCounts.count)
    for _ in 0..<runs {
      for (index, workers) in Self.workerCounts.enumerated() {
        do {
          profiles[index].append(
            try Trainer.profileSteps(
              configuration, data.train, workers: workers, steps: steps, instructionSet: environment.instructionSet))
        } catch TrainingError.tooLarge where workers > 1 {
          // A gradient buffer for each worker.
        }
      }
    }
    let entries = zip(Self.workerCounts, profiles).filter { !$1.isEmpty }.map { workers, profiles in
      let change = machine.secondsOfPhaseChange(workers: workers)
      // The profile of the median run.
      let step = profiles.sorted { $0.seconds(workers: workers, change: 0) < $1.seconds(workers: workers, change: 0) }[
        profiles.count / 2]
      // Tasks are smaller where there would be fewer than workers.
      let evaluation = evaluations.map { $0.seconds(workers: workers, change: change) }.min() ?? 0
      let (seconds, limit) = (step.seconds(workers: workers, change: change), step.limit(workers: workers))
      return Entry(
        workers: workers, seconds: Double(stepsPerEpoch) * seconds + evaluation,
        measured: measured.epochs.first { $0.workers == workers && workers <= machine.cores }?.seconds.median,
        limit: limit?.name ?? "", waiting: (limit?.seconds ?? 0) / seconds)
    }
    self.init(name: run.name, entries: entries)
  }

  /// How many times as fast as one worker.
  package func speedup(_ entry: Entry) -> Double { entries[0].seconds / entry.seconds }

  /// The relative gain from twice the workers that is worth having them.
  package static let worthwhileGain = 1.25

  /// The largest number of workers up to which every doubling is worthwhile.
  package var usefulWorkers: Int {
    var workers = entries[0].workers
    for (entry, next) in zip(entries, entries.dropFirst()) {
      guard entry.seconds >= Self.worthwhileGain * next.seconds else { break }
      workers = next.workers
    }
    return workers
  }
}
