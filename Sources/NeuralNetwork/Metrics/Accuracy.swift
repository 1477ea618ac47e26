/// The share of samples whose largest output is the label's.
public struct Accuracy: Metric {
  public static let name = "accuracy"

  public init() {}

  public func sum(outputs: UnsafePointer<Float>, labels: UnsafePointer<Int32>, samples: Int, classes: Int) -> Double {
    var correct = 0
    for sample in 0..<samples
    where Self.largestIndex(outputs + sample * classes, count: classes) == Int(labels[sample]) {
      correct += 1
    }
    return Double(correct)
  }

  /// The index of the first largest value.
  public static func largestIndex(_ values: UnsafePointer<Float>, count: Int) -> Int {
    var best = 0
    for index in 1..<max(count, 1) where values[index] > values[best] { best = index }
    return best
  }
}
