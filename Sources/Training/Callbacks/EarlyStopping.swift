import Configuration

/// Ends a run whose metric has not become better for some epochs, as Keras' callback of the name does.
///
/// With `restoreBestWeights` a run that it ends has the weights of its best epoch. One that ends with its last epoch, or
/// is cut, keeps those it has: it may go on.
public final class EarlyStopping: ConfiguredCallback {
  public static let name = "early_stopping"
  public static let optionKeys = ["monitor", "min_delta", "patience", "restore_best_weights"]
  public static let decidesWeights = true

  public let monitor: MetricMonitor
  /// The epochs without a better value after which the run ends.
  public let patience: Int
  public let restoreBestWeights: Bool

  public init(
    monitor: String = "val_loss", minDelta: Double = 0, patience: Int = 0, restoreBestWeights: Bool = false
  ) {
    precondition(patience >= 0, "patience counts epochs, got \(patience)")
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

  public func trainingWillBegin(_ trainer: Trainer, _ plan: FitPlan) {
    if trainer.state.hasStoppedEarly { trainer.stop(.noImprovement(metric: monitor.metric)) }
  }

  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws {
    let value = try monitor.lastValue(trainer.state.history)
    var state = trainer[callback: Self.name]
    if monitor.isBetter(value, than: state.numbers["best"]) {
      state.numbers["best"] = value
      state.numbers["wait"] = 0
      if restoreBestWeights { state.weights = trainer.snapshot().parameters }
    } else {
      state.numbers["wait", default: 0] += 1
    }
    // As in Keras, an epoch that is not better ends the run also if the patience is 0.
    if let wait = state.numbers["wait"], wait > 0, Int(wait) >= patience {
      state.numbers[RunState.stoppedEpoch] = Double(trainer.state.epoch)
      if restoreBestWeights, !state.weights.isEmpty { try trainer.setWeights(state.weights) }
      trainer.stop(.noImprovement(metric: monitor.metric))
    }
    trainer[callback: Self.name] = state
  }
}

extension RunState {
  static let stoppedEpoch = "stopped_epoch"

  /// Whether a callback found that the run is done, before its last epoch.
  public var hasStoppedEarly: Bool { callbacks.values.contains { $0.numbers[Self.stoppedEpoch] != nil } }
}
