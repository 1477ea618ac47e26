/// How often each class is predicted for each true class: (true class, predicted class), numbers of samples.
///
/// The predicted class is the largest output, the first of equal ones, and the true class likewise for targets that are
/// values. A model with one output has two classes: its output is the probability of the second.
/// Source: TensorFlow's `tf.math.confusion_matrix`; Keras has no metric of it.
public struct ConfusionMatrix: CountMetric {
  public static let name = "confusion_matrix"
  public static let largerIsBetter = false
  public static let needsProbabilities = false
  public static let isInKeras = false

  public var isNumber: Bool { false }

  /// Creates the metric.
  public init() {}

  private static func classes(_ outputs: Int) -> Int { max(outputs, 2) }

  public func countCount(outputs: Int) -> Int { Self.classes(outputs) * Self.classes(outputs) }

  public func count(_ outputs: ModelOutputs, into counts: UnsafeMutablePointer<Int>) {
    let classes = Self.classes(outputs.count)
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      let isBinary = outputs.count == 1
      let predicted = isBinary ? (row[0] > 0.5 ? 1 : 0) : Accuracy.largestIndex(row, count: outputs.count)
      let target =
        isBinary ? (outputs.targets.value(sample, 0, outputs: 1) > 0.5 ? 1 : 0) : outputs.targets.classIndex(sample)
      counts[classes * target + predicted] += 1
    }
  }

  public func value(ofCounts counts: [Double], outputs: Int) -> MetricValue {
    MetricValue(shape: [Self.classes(outputs), Self.classes(outputs)], elements: counts)
  }
}
