import Configuration

/// Reduces the learning rate when a metric has not improved for `patience` epochs, as Keras' `ReduceLROnPlateau`.
public final class ReduceLROnPlateau: ConfiguredCallback {
  public static let name = "reduce_lr_on_plateau"
  public static let optionKeys = ["monitor", "min_delta", "patience", "factor", "cooldown", "min_lr"]
  public static let decidesWeights = true

  /// The monitored metric and its minimum improvement.
  public let monitor: MetricMonitor
  /// The number of epochs without improvement after which the rate is reduced.
  public let patience: Int
  /// The factor by which the rate is multiplied; greater than 0 and less than 1.
  public let factor: Double
  /// The number of epochs after a reduction that do not count towards `patience`.
  public let cooldown: Int
  /// The lower bound of the rate; a rate at or below it is not changed.
  public let minLR: Double

  /// Creates a callback that multiplies the rate by `factor`.
  public init(
    monitor: String = "val_loss", minDelta: Double = 1e-4, patience: Int = 10, factor: Double = 0.1,
    cooldown: Int = 0, minLR: Double = 0
  ) {
    precondition(patience >= 0 && cooldown >= 0, "patience (\(patience)) and cooldown (\(cooldown)) must be 0 or more")
    precondition(factor > 0 && factor < 1, "factor must be greater than 0 and less than 1, got \(factor)")
    self.monitor = MetricMonitor(monitor, minDelta: minDelta)
    self.patience = patience
    self.factor = factor
    self.cooldown = cooldown
    self.minLR = minLR
  }

  public init(options: ConfigurationReader, metrics: [String]) throws {
    monitor = try options.monitor(metrics: metrics, minDelta: 1e-4)
    patience = try options.integer("patience", in: 0...Int.max, default: 10)
    factor = try options.number("factor", where: .belowOne, default: 0.1)
    cooldown = try options.integer("cooldown", in: 0...Int.max, default: 0)
    minLR = try options.number("min_lr", where: .zeroOrMore, default: 0)
    guard factor > 0 else {
      throw options.error(.unexpected(expected: "a number greater than 0 and less than 1", received: "0"), at: "factor")
    }
  }

  public var options: [ConfigurationEntry] {
    monitor.options + [
      ConfigurationEntry("patience", ConfigurationNode(.integer(patience))),
      ConfigurationEntry("factor", ConfigurationNode(.number(factor))),
      ConfigurationEntry("cooldown", ConfigurationNode(.integer(cooldown))),
      ConfigurationEntry("min_lr", ConfigurationNode(.number(minLR))),
    ]
  }

  public func epochDidEnd(_ trainer: Trainer, _ plan: FitPlan) throws {
    guard monitor.isDue(trainer) else { return }
    let value = try monitor.lastValue(trainer.state.history)
    var numbers = trainer[callback: Self.name].numbers
    let rest = max((numbers["cooldown"] ?? 0) - 1, 0)
    numbers["cooldown"] = rest
    if rest > 0 { numbers["wait"] = 0 }
    if monitor.isBetter(value, than: numbers["best"]) {
      numbers["best"] = value
      numbers["wait"] = 0
    } else if rest == 0 {
      numbers["wait", default: 0] += 1
      if numbers["wait", default: 0] >= Double(patience), trainer.state.learningRate > Float(minLR) {
        trainer.setLearningRate(max(trainer.state.learningRate * Float(factor), Float(minLR)))
        numbers["cooldown"] = Double(cooldown)
        numbers["wait"] = 0
      }
    }
    trainer[callback: Self.name].numbers = numbers
  }
}
