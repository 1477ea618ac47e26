import Configuration
import NeuralNetwork

/// A monitored metric and its criterion for improvement.
public struct MetricMonitor: Sendable, Equatable {
  /// The name in the history: `val_loss`.
  public let metric: String
  /// The minimum change that counts as an improvement.
  public let minDelta: Double

  /// Creates a monitor of a metric.
  public init(_ metric: String, minDelta: Double = 0) {
    precondition(minDelta >= 0, "minDelta must be 0 or more, got \(minDelta)")
    self.metric = metric
    self.minDelta = minDelta
  }

  /// Whether larger values are better: `Metric.largerIsBetter` for a metric; smaller losses, seconds and rates are.
  public var largerIsBetter: Bool {
    let name = metric.hasPrefix("val_") ? String(metric.dropFirst("val_".count)) : metric
    return !["loss", "learning_rate", "seconds"].contains(name) && Catalog.metrics.find(name)?.largerIsBetter ?? true
  }

  /// Whether a value improves on the best one so far. NaN never does.
  public func isBetter(_ value: Double, than best: Double?) -> Bool {
    guard let best else { return !value.isNaN }
    return largerIsBetter ? value > best + minDelta : value < best - minDelta
  }

  /// Whether the last epoch has a value: of validation metrics, only some epochs may have one.
  func isDue(_ trainer: Trainer) -> Bool {
    !metric.hasPrefix("val_") || trainer.configuration.validates(afterEpoch: trainer.state.epoch)
  }

  /// The metric's value in the last epoch.
  ///
  /// - Throws: `TrainingError.unknownMetric` if the history does not have it.
  func lastValue(_ history: History) throws -> Double {
    guard let value = history[metric].last else {
      throw TrainingError.unknownMetric(name: metric, known: history.columns.keys.sorted())
    }
    return value
  }
}
