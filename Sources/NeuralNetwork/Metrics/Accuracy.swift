/// The share of samples whose largest output is the label's.
public struct Accuracy: Metric {
  public static let name = "accuracy"

  public init() {}

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    for sample in 0..<outputs.samples {
      let predicted = Self.largestIndex(outputs.row(sample), count: outputs.count)
      values[sample] = predicted == outputs.targets.classIndex(sample) ? 1 : 0
    }
  }

  /// The index of the first largest value.
  public static func largestIndex(_ values: UnsafePointer<Float>, count: Int) -> Int {
    var best = 0
    for index in 1..<max(count, 1) where values[index] > values[best] { best = index }
    return best
  }
}
