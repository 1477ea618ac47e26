import Configuration

/// Stops a run when a metric has not improved for `patience` epochs, as Keras' `EarlyStopping`.
///
/// With `restoreBestWeights`, a completed run has the weights of its best epoch, whether this callback or the last
/// epoch ended it, as in Keras. An interrupted run keeps its current weights. If resumed with more epochs, training
/// continues from the last epoch's weights, as if it had had them from the start.
public final class EarlyStopping: ConfiguredCallback {
  public static let name = "early_stopping"
  public static let optionKeys = ["monitor", "min_delta", "patience", "restore_best_weights"]
  public static let decidesWeights = true

  /// The monitored metric and its minimum improvement.
  public let monitor: MetricMonitor
  /// The number of epochs without improvement after which the run ends.
  public let patience: Int
  /// Whether a completed run gets the weights of its best epoch.
  public let restoreBestWeights: Bool

  /// Creates an early stopping callback.
  public init(
    monitor: String = "val_loss", minDelta: Double = 0, patience: Int = 0, restoreBestWeights: Bool = false
  ) {
    precondition(patience >= 0, "patience must be 0 or more, got \(patience)")
    self.monitor = MetricMonitor(monitor, minDelta: minDelta)
    self.patience = patience
    self.restoreBestWeights = restoreBestWeights
  }

  public init(options: ConfigurationReader, metrics: [String]) throws {
    monitor = try options.monitor(metrics: metrics, minDelta: 0)
    patience = try options.integer("patience", in: 0...Int.max, default: 0)
    restoreBestWeights = try options.bool("restore_best_weights", default: false)
  }

  public var options: [ConfigurationEntry] {
    monitor.options + [
      ConfigurationEntry("patience", ConfigurationNode(.integer(patience))),
      ConfigurationEntry("restore_best_weights", ConfigurationNode(.bool(restoreBestWeights))),
    ]
  }

  public func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) throws {
    if trainer.state.hasStoppedEarly { return trainer.stop(.noImprovement(metric: monitor.metric)) }
    if trainer.state.restoredEpoch != nil, trainer.state.epoch < plan.epochs {
      try exchangeWeights(trainer)
      trainer[callback: Self.name].numbers[RunState.restoredEpoch] = nil
    }
  }

  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws {
    if monitor.isDue(trainer) { try compare(trainer) }
    if trainer.state.hasStoppedEarly || trainer.state.epoch >= plan.epochs { try restoreBest(trainer) }
  }

  /// Compares the metric of the last epoch with the best one.
  private func compare(_ trainer: Trainer) throws {
    let value = try monitor.lastValue(trainer.state.history)
    var state = trainer[callback: Self.name]
    if monitor.isBetter(value, than: state.numbers["best"]) {
      state.numbers["best"] = value
      state.numbers["wait"] = 0
      state.numbers["best_epoch"] = Double(trainer.state.epoch)
      if restoreBestWeights { state.weights = trainer.weights }
    } else {
      state.numbers["wait", default: 0] += 1
    }
    // As in Keras, the first epoch without improvement ends the run also with a patience of 0.
    if let wait = state.numbers["wait"], wait > 0, wait >= Double(patience) {
      state.numbers[RunState.stoppedEpoch] = Double(trainer.state.epoch)
      trainer.stop(.noImprovement(metric: monitor.metric))
    }
    trainer[callback: Self.name] = state
  }

  /// Restores the weights of the best epoch, unless that is the last one.
  private func restoreBest(_ trainer: Trainer) throws {
    let state = trainer[callback: Self.name]
    let epoch = Double(trainer.state.epoch)
    // Checkpoints of older versions do not name the best epoch, but all their epochs were validated.
    guard let best = state.numbers["best_epoch"] ?? state.numbers["wait"].map({ epoch - $0 }), best < epoch,
      restoreBestWeights, !state.weights.isEmpty
    else { return }
    try exchangeWeights(trainer)
    trainer[callback: Self.name].numbers[RunState.restoredEpoch] = best
  }

  /// Swaps the model's weights with the stored ones.
  private func exchangeWeights(_ trainer: Trainer) throws {
    let present = trainer.weights
    try trainer.setWeights(trainer[callback: Self.name].weights)
    trainer[callback: Self.name].weights = present
  }
}

extension RunState {
  static let stoppedEpoch = "stopped_epoch"
  static let restoredEpoch = "restored_epoch"

  /// Whether a callback stopped the run before its last epoch.
  public var hasStoppedEarly: Bool { callbacks.values.contains { $0.numbers[Self.stoppedEpoch] != nil } }

  /// Whether all of `epochs` are done, or a callback stopped the run before.
  package func isFinished(of epochs: Int) -> Bool { epoch >= epochs || hasStoppedEarly }

  /// The epoch whose weights the model has, if a callback restored them instead of keeping the last epoch's.
  public var restoredEpoch: Int? {
    callbacks.values.compactMap { $0.numbers[Self.restoredEpoch] }.first.flatMap { Int(exactly: $0) }
  }
}
