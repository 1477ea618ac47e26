import Training

/// When and where a run writes checkpoints, and which of them it keeps.
public struct CheckpointPolicy: Sendable, Equatable {
  /// The directory of the run's checkpoints.
  public var directory: String
  /// Where a checkpoint is written if writing to `directory` fails; nil for nowhere.
  public var fallbackDirectory: String?
  /// Checkpoint every N epochs.
  public var everyEpochs: Int
  /// Also checkpoint every N steps; nil for never.
  public var everySteps: Int?
  /// Also checkpoint N minutes after the last one; nil for never.
  public var everyMinutes: Double?
  /// The number of newest checkpoints kept.
  public var keepLast: Int
  /// The metric by which the best checkpoint is kept too: `val_accuracy`; nil for none.
  public var keepBest: String?

  /// Creates a policy; by default a checkpoint per epoch, of which the last ones are kept.
  public init(
    directory: String, fallbackDirectory: String? = nil, everyEpochs: Int = 1, everySteps: Int? = nil,
    everyMinutes: Double? = 10, keepLast: Int = 3, keepBest: String? = "val_accuracy"
  ) {
    precondition(everyEpochs > 0 && keepLast > 0, "checkpoints every \(everyEpochs) epochs, the last \(keepLast) kept")
    self.directory = directory
    self.fallbackDirectory = fallbackDirectory
    self.everyEpochs = everyEpochs
    self.everySteps = everySteps
    self.everyMinutes = everyMinutes
    self.keepLast = keepLast
    self.keepBest = keepBest
  }
}

extension CheckpointPolicy {
  /// Whether a state is at the end of the best epoch so far.
  ///
  /// Derived from the history alone, so that a resumed run knows it too. If the weights of another epoch were restored,
  /// the metrics of the last epoch do not apply to them.
  package func isBest(_ state: RunState) -> Bool {
    guard let keepBest, state.stepInEpoch == 0, state.restoredEpoch == nil, let last = state.history[keepBest].last,
      !last.isNaN
    else { return false }
    let monitor = MetricMonitor(keepBest)
    return state.history[keepBest].dropLast().filter { !$0.isNaN }.allSatisfy { monitor.isBetter(last, than: $0) }
  }

  /// The step of the best of some checkpoints of the run with this history; the first of equal ones. Nil if none is at
  /// the end of an epoch with metrics and its own weights.
  package func best(among steps: some Sequence<Int>, of state: RunState) -> Int? {
    guard let keepBest else { return nil }
    let (monitor, values) = (MetricMonitor(keepBest), state.history[keepBest])
    var best: (step: Int, value: Double)?
    for step in steps.sorted() {
      guard let epoch = state.epoch(endingAt: step), values.indices.contains(epoch - 1),
        epoch < state.epoch || state.restoredEpoch == nil
      else { continue }
      if monitor.isBetter(values[epoch - 1], than: best?.value) { best = (step, values[epoch - 1]) }
    }
    return best?.step
  }

  /// Whether a run ended with the restored weights of an epoch that is better than the epoch completed after `step`.
  package func hasRestoredBetter(_ state: RunState, than step: Int) -> Bool {
    guard let keepBest, let restored = state.restoredEpoch, let epoch = state.epoch(endingAt: step) else {
      return false
    }
    let values = state.history[keepBest]
    guard values.indices.contains(restored - 1), values.indices.contains(epoch - 1) else { return false }
    return MetricMonitor(keepBest).isBetter(values[restored - 1], than: values[epoch - 1])
  }
}

extension RunState {
  /// The epoch, from 1, that was completed after a step of this run; nil if none was.
  package func epoch(endingAt step: Int) -> Int? {
    let done = self.step - stepInEpoch - importedSteps
    guard epoch > 0, done > 0, done % epoch == 0 else { return nil }
    let (length, own) = (done / epoch, step - importedSteps)
    return own > 0 && own <= done && own % length == 0 ? own / length : nil
  }

  /// The steps after which its epochs were completed.
  package var epochEnds: [Int] {
    let done = step - stepInEpoch - importedSteps
    guard epoch > 0, done > 0, done % epoch == 0 else { return [] }
    return (1...min(epoch, history.count + 1)).map { importedSteps + $0 * (done / epoch) }
  }
}
