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

  /// Whether a value is better than the best one before it. What is called a loss is better when it is smaller,
  /// everything else when it is larger. NaN is never better.
  public func isBetter(_ value: Double, than best: Double?) -> Bool {
    guard let best else { return !value.isNaN }
    return metric.hasSuffix("loss") ? value < best - minDelta : value > best + minDelta
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
