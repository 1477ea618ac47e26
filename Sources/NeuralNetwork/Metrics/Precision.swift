import Configuration

/// True positives / all positive predictions, over all outputs; 0 without any.
///
/// An output is positive if it is greater than the threshold (½), and among the `top_k` largest of its sample if that is
/// set; `class_id` counts one output alone.
public struct Precision: CountMetric {
  public static let name = "precision"
  public static let largerIsBetter = true
  public static let schema: Schema = [
    .optionalNumber("thresholds", \.threshold, where: .upToOne), .optionalInteger("top_k", \.topK, in: 1...Int.max),
    .optionalInteger("class_id", \.classIndex, in: 0...Int.max - 1),
  ]

  /// The threshold; nil for ½, or for none with `topK`.
  public var threshold: Double?
  /// How many of a sample's outputs may be positive; nil for any number.
  public var topK: Int?
  /// The only class that counts; nil for all.
  public var classIndex: Int?

  /// Creates the metric with Keras' defaults.
  public init() {}
  /// Creates the metric.
  public init(threshold: Double? = nil, topK: Int? = nil, classIndex: Int? = nil) {
    self.threshold = threshold
    self.topK = topK
    self.classIndex = classIndex
  }

  public func countCount(outputs: Int) -> Int { PositivePredictions.countCount }

  public func count(_ outputs: ModelOutputs, into counts: UnsafeMutablePointer<Int>) {
    PositivePredictions(threshold: threshold, topK: topK, output: classIndex).count(outputs, into: counts)
  }

  public func value(ofCounts counts: [Double], outputs: Int) -> MetricValue {
    MetricValue(Self.quotient(counts[0], counts[0] + counts[1]))
  }
}
