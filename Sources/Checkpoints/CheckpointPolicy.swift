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
}
