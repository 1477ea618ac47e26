/// Running sums of loss and metrics over the samples of an epoch so far.
package struct RunningSums: Sendable, Equatable {
  /// The sum of the loss, then of each metric, then counts: see `TrainingConfiguration.sumCount(outputs:)`.
  package internal(set) var values: [Double]
  package internal(set) var samples: Int

  package init(count: Int) {
    values = [Double](repeating: 0, count: count)
    samples = 0
  }

  /// Restores sums from a checkpoint.
  package init(values: [Double], samples: Int) {
    self.values = values
    self.samples = samples
  }

  /// The sums divided by the number of samples; NaN before the first sample.
  package var means: [Double] { values.map { $0 / Double(samples) } }

  /// Adds sums over `count` samples.
  ///
  /// - Returns: the mean loss of the added samples.
  mutating func add(_ sums: UnsafePointer<Double>, samples count: Int) -> Float {
    for index in values.indices { values[index] += sums[index] }
    samples += count
    return Float(sums[0] / Double(count))
  }
}
