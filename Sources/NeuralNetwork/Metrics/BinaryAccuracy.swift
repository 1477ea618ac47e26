/// The fraction of outputs on the correct side of ½: those greater than ½ count as 1, all others as 0.
public struct BinaryAccuracy: Metric {
  public static let name = "binary_accuracy"
  public static let largerIsBetter = true

  /// Creates the metric; it has no options.
  public init() {}

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      var right = 0
      for index in 0..<outputs.count
      where outputs.targets.value(sample, index, outputs: outputs.count) == (row[index] > 0.5 ? 1 : 0) {
        right += 1
      }
      values[sample] = Double(right) / Double(outputs.count)
    }
  }
}
