import Configuration
import ElementaryFunctions

/// The area under the ROC or the precision-recall curve, over all outputs, from the counts at evenly spaced thresholds.
///
/// Outputs are clipped to [0, 1], and put into as many intervals as there are thresholds: an output is positive at a
/// threshold that is less than it. A target is positive if it is not 0. Source: Keras' `AUC`; the interpolation of the
/// precision-recall curve: J. Davis, M. Goadrich, "The Relationship Between Precision-Recall and ROC Curves", ICML 2006.
public struct AUC: CountMetric {
  /// The curve.
  public enum Curve: String, CaseIterable, Sendable {
    /// True positive rate by false positive rate.
    case roc = "ROC"
    /// Precision by recall.
    case precisionRecall = "PR"
  }

  /// The height of the curve between two thresholds.
  public enum Summation: String, CaseIterable, Sendable {
    case interpolation, minoring, majoring
  }

  public static let name = "auc"
  public static let largerIsBetter = true
  public static let schema: Schema = [
    .integer("num_thresholds", \.thresholdCount, in: 2...100_000), .choice("curve", \.curve),
    .choice("summation_method", \.summation), .bool("from_logits", \.fromLogits),
  ]

  /// The number of thresholds.
  public var thresholdCount = 200
  public var curve = Curve.roc
  public var summation = Summation.interpolation
  /// Whether outputs go through a sigmoid first.
  public var fromLogits = false

  /// Creates the metric with Keras' defaults.
  public init() {}

  /// For each interval: positive targets, negative targets.
  public func countCount(outputs: Int) -> Int { 2 * thresholdCount }

  public func count(_ outputs: ModelOutputs, into counts: UnsafeMutablePointer<Int>) {
    let intervals = Float(thresholdCount - 1)
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      for index in 0..<outputs.count {
        let output = fromLogits ? BinaryCrossentropy.sigmoid(row[index]) : row[index]
        let clipped = output.isNaN ? 0 : min(max(output, 0), 1)
        let interval = max(Int((clipped * intervals).rounded(.up)) - 1, 0)
        let isTrue = outputs.targets.value(sample, index, outputs: outputs.count) != 0
        counts[2 * interval + (isTrue ? 0 : 1)] += 1
      }
    }
  }

  public func value(ofCounts counts: [Double], outputs: Int) -> MetricValue { MetricValue(area(counts)) }

  private func area(_ counts: [Double]) -> Double {
    // Positive predictions at each threshold: all in its interval and above.
    var (right, wrong) = ([Double](repeating: 0, count: thresholdCount), [Double](repeating: 0, count: thresholdCount))
    var (allRight, allWrong) = (0.0, 0.0)
    for index in (0..<thresholdCount).reversed() {
      allRight += counts[2 * index]
      allWrong += counts[2 * index + 1]
      (right[index], wrong[index]) = (allRight, allWrong)
    }
    if curve == .precisionRecall, summation == .interpolation { return interpolated(right, wrong, all: allRight) }
    let recalls = right.map { Self.quotient($0, allRight) }
    let (x, y) =
      curve == .roc
      ? (wrong.map { Self.quotient($0, allWrong) }, recalls)
      : (recalls, zip(right, wrong).map { Self.quotient($0, $0 + $1) })
    return (0..<thresholdCount - 1).reduce(0) { sum, index in
      let height =
        switch summation {
        case .interpolation: (y[index] + y[index + 1]) / 2
        case .minoring: min(y[index], y[index + 1])
        case .majoring: max(y[index], y[index + 1])
        }
      return sum + (x[index] - x[index + 1]) * height
    }
  }

  private func interpolated(_ right: [Double], _ wrong: [Double], all: Double) -> Double {
    (0..<thresholdCount - 1).reduce(0) { sum, index in
      let rights = right[index] - right[index + 1]
      let (positives, next) = (right[index] + wrong[index], right[index + 1] + wrong[index + 1])
      let slope = Self.quotient(rights, max(positives - next, 0))
      let intercept = right[index + 1] - slope * next
      let ratio = positives > 0 && next > 0 ? positives / next : 1
      return sum + Self.quotient(slope * (rights + intercept * Elementary.log(ratio)), all)
    }
  }
}
