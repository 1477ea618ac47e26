/// The fraction of samples whose first maximum is at the label: as `CategoricalAccuracy`, by its name for labels.
public struct SparseCategoricalAccuracy: Metric {
  public static let name = "sparse_categorical_accuracy"
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
