import Configuration

/// (1 + β²)·P·R / (β²·P + R) of precision P and recall R, for each class or their average. See `FScore`.
public struct FBetaScore: CountMetric {
  public static let name = "fbeta_score"
  public static let aliases = ["f_beta_score"]
  public static let largerIsBetter = true
  public static let schema: Schema = [
    .optionalChoice("average", \.average),
    .number("beta", \.beta, where: .positive),
    .optionalNumber("threshold", \.threshold, where: .positiveUpTo(1)),
  ]

  /// How the values of the classes are averaged; nil for a value for each class, as in Keras.
  public var average: ScoreAverage?
  /// β, how much recall counts against precision.
  public var beta = 1.0
  /// The threshold of positive outputs; nil for the largest output of each sample.
  public var threshold: Double?

  public var isNumber: Bool { average != nil }

  /// Creates the metric with Keras' defaults: a value for each class.
  public init() {}
  /// Creates the metric.
  public init(average: ScoreAverage?, beta: Double = 1, threshold: Double? = nil) {
    self.average = average
    self.beta = beta
    self.threshold = threshold
  }

  private var score: FScore { FScore(beta: beta, threshold: threshold, average: average) }

  public func countCount(outputs: Int) -> Int { FScore.countCount(outputs: outputs) }
  public func count(_ outputs: ModelOutputs, into counts: UnsafeMutablePointer<Int>) {
    score.count(outputs, into: counts)
  }
  public func value(ofCounts counts: [Double], outputs: Int) -> MetricValue { score.value(counts, outputs: outputs) }
}
