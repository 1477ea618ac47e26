import Training

/// Which checkpoints a run writes, where, and which of them it keeps.
public struct CheckpointPolicy: Sendable, Equatable {
  public var directory: String
  /// Where a checkpoint is written if `directory` does not take it; nil for nowhere.
  public var fallbackDirectory: String?
  /// A checkpoint after every so many epochs.
  public var everyEpochs: Int
  /// A checkpoint after every so many steps, too; nil for none.
  public var everySteps: Int?
  /// A checkpoint once so many minutes have passed since the last one, too; nil for none.
  public var everyMinutes: Double?
  /// How many of the newest are kept.
  public var keepLast: Int
  /// The metric by which the best one is kept too: `val_accuracy`; nil for none.
  public var keepBest: String?

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
  /// Whether a state is that of the best epoch so far, just complete.
  ///
  /// The history tells: nothing else is remembered, so a resumed run knows it too. Where weights of another epoch were
  /// restored, what the history says of the last one is not true of them.
  func isBest(_ state: RunState) -> Bool {
    guard let keepBest, state.stepInEpoch == 0, state.restoredEpoch == nil, let last = state.history[keepBest].last,
      !last.isNaN
    else { return false }
    let monitor = MetricMonitor(keepBest)
    return state.history[keepBest].dropLast().filter { !$0.isNaN }.allSatisfy { monitor.isBetter(last, than: $0) }
  }
  /// The step of the best of some checkpoints of a run, whose history this is; of equal ones, the first. Nil if none of
  /// them is that of an epoch just complete, with its own weights, that was measured.
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

  /// Whether a run ended with the weights of an epoch, put in place of those of its last one, that is better than the one
  /// that was complete after `step`.
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
  /// The epoch, from 1, that was complete after a step of this run; nil if none was.
  func epoch(endingAt step: Int) -> Int? {
    let done = self.step - stepInEpoch - stepsBefore
    guard epoch > 0, done > 0, done % epoch == 0 else { return nil }
    let (length, own) = (done / epoch, step - stepsBefore)
    return own > 0 && own <= done && own % length == 0 ? own / length : nil
  }

  /// The steps after which its epochs were complete.
  var epochEnds: [Int] {
    let done = step - stepInEpoch - stepsBefore
    guard epoch > 0, done > 0, done % epoch == 0 else { return [] }
    return (1...min(epoch, history.count + 1)).map { stepsBefore + $0 * (done / epoch) }
  }
}
