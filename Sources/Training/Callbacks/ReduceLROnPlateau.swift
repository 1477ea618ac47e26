import Configuration

/// Lowers the learning rate when a metric has not become better for some epochs, as Keras' callback of the name does.
public final class ReduceLROnPlateau: ConfiguredCallback {
  public static let name = "reduce_lr_on_plateau"
  public static let optionKeys = ["monitor", "min_delta", "patience", "factor", "cooldown", "min_lr"]
  public static let decidesWeights = true

  public let monitor: MetricMonitor
  /// The epochs without a better value after which the rate is lowered.
  public let patience: Int
  /// What the rate is multiplied with.
  public let factor: Double
  /// The epochs after a lowering in which nothing is counted.
  public let cooldown: Int
  /// The rate is never lowered below this; one that is not above it stays as it is.
  public let minLR: Double

  public init(
    monitor: String = "val_loss", minDelta: Double = 1e-4, patience: Int = 10, factor: Double = 0.1,
    cooldown: Int = 0, minLR: Double = 0
  ) {
    precondition(patience >= 0 && cooldown >= 0, "patience (\(patience)) and cooldown (\(cooldown)) count epochs")
    precondition(factor > 0 && factor < 1, "a factor of \(factor) does not lower the rate")
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
