/// The fraction of correct predictions.
///
/// As in Keras: with one output, whether it is on the correct side of ½ (`BinaryAccuracy`); with several, whether the
/// first maximum is at the label, or at the largest target.
public struct Accuracy: Metric {
  public static let name = "accuracy"
  public static let aliases = ["acc"]
  public static let largerIsBetter = true
  public static let needsProbabilities = false

  /// Creates the metric; it has no options.
  public init() {}

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    guard outputs.count > 1 else { return BinaryAccuracy().compute(outputs, values: values) }
    for sample in 0..<outputs.samples {
      let predicted = Self.largestIndex(outputs.row(sample), count: outputs.count)
      values[sample] = predicted == outputs.targets.classIndex(sample) ? 1 : 0
    }
  }

  /// The index of the first maximum.
  public static func largestIndex(_ values: UnsafePointer<Float>, count: Int) -> Int {
    var best = 0
    for index in 1..<max(count, 1) where values[index] > values[best] { best = index }
    return best
  }
}
