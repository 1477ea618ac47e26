/// The fraction of samples whose first maximum is at the largest target, or at the label.
public struct CategoricalAccuracy: Metric {
  public static let name = "categorical_accuracy"
  public static let largerIsBetter = true
  public static let needsProbabilities = false

  /// Creates the metric; it has no options.
  public init() {}

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    for sample in 0..<outputs.samples {
      let predicted = Accuracy.largestIndex(outputs.row(sample), count: outputs.count)
      values[sample] = predicted == outputs.targets.classIndex(sample) ? 1 : 0
    }
  }
}
