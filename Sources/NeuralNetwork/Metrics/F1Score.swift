import Configuration

/// 2·P·R / (P + R) of precision P and recall R, for each class or their average. See `FScore`.
public struct F1Score: CountMetric {
  public static let name = "f1_score"
  public static let largerIsBetter = true
  public static let schema: Schema = [
    .optionalChoice("average", \.average),
    .optionalNumber("threshold", \.threshold, where: .positiveUpTo(1)),
  ]

  /// How the values of the classes are averaged; nil for a value for each class, as in Keras.
  public var average: ScoreAverage?
  /// The threshold of positive outputs; nil for the largest output of each sample.
  public var threshold: Double?

  public var isNumber: Bool { average != nil }

  /// Creates the metric with Keras' defaults: a value for each class.
  public init() {}
  /// Creates the metric.
  public init(average: ScoreAverage?, threshold: Double? = nil) {
    self.average = average
    self.threshold = threshold
  }

  private var score: FScore { FScore(beta: 1, threshold: threshold, average: average) }

  public func countCount(outputs: Int) -> Int { FScore.countCount(outputs: outputs) }
  public func count(_ outputs: ModelOutputs, into counts: UnsafeMutablePointer<Int>) {
    score.count(outputs, into: counts)
  }
  public func value(ofCounts counts: [Double], outputs: Int) -> MetricValue { score.value(counts, outputs: outputs) }
}
