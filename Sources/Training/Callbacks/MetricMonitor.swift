import Configuration
import NeuralNetwork

/// A metric that is watched, and when it counts as better.
public struct MetricMonitor: Sendable, Equatable {
  /// As the history calls it: `val_loss`.
  public let metric: String
  /// What a value must be better by.
  public let minDelta: Double

  public init(_ metric: String, minDelta: Double = 0) {
    precondition(minDelta >= 0, "a value must be better by 0 or more, got \(minDelta)")
    self.metric = metric
    self.minDelta = minDelta
  }

  /// Whether a larger value is a better one: a metric says so itself (`Metric.largerIsBetter`), and a smaller loss is better.
  public var largerIsBetter: Bool {
    let name = metric.hasPrefix("val_") ? String(metric.dropFirst("val_".count)) : metric
    return name != "loss" && Catalog.metrics.find(name)?.largerIsBetter ?? true
  }

  /// Whether a value is better than the best one before it. NaN is never better.
  public func isBetter(_ value: Double, than best: Double?) -> Bool {
    guard let best else { return !value.isNaN }
    return largerIsBetter ? value > best + minDelta : value < best - minDelta
  }

  /// The metric's value of the last epoch.
  ///
  /// - Throws: `TrainingError.unknownMetric` if the history does not have it.
  func lastValue(_ history: History) throws -> Double {
    guard let value = history[metric].last else {
      throw TrainingError.unknownMetric(name: metric, known: history.columns.keys.sorted())
    }
    return value
  }
}
