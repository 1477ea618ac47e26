import Configuration

/// The fraction of outputs on the correct side of a threshold: those greater than it count as 1, all others as 0.
public struct BinaryAccuracy: Metric {
  public static let name = "binary_accuracy"
  public static let largerIsBetter = true
  public static let schema: Schema = [.number("threshold", \.threshold, where: .upToOne)]

  /// The threshold.
  public var threshold: Double

  /// Creates the metric with Keras' default, ½.
  public init() { self.init(threshold: 0.5) }
  /// Creates the metric.
  public init(threshold: Double) { self.threshold = threshold }

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    let threshold = Float(threshold)
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      var right = 0
      for index in 0..<outputs.count
      where outputs.targets.value(sample, index, outputs: outputs.count) == (row[index] > threshold ? 1 : 0) {
        right += 1
      }
      values[sample] = Double(right) / Double(outputs.count)
    }
  }
}
