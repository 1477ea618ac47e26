import Configuration

/// (1 + β²)·P·R / (β²·P + R) of precision P and recall R. See `FScore`.
public struct FBetaScore: CountMetric {
  public static let name = "fbeta_score"
  public static let aliases = ["f_beta_score"]
  public static let largerIsBetter = true
  public static let schema: Schema = [
    ScoreAverage.option(\.average),
    .number("beta", \.beta, where: .positive),
    .optionalNumber("threshold", \.threshold, where: .positiveUpTo(1)),
  ]

  /// How the values of the classes are averaged; it must be set.
  public var average: ScoreAverage?
  /// β, how much recall counts against precision.
  public var beta = 1.0
  /// The threshold of positive outputs; nil for the largest output of each sample.
  public var threshold: Double?

  /// Creates the metric without its required average.
  public init() {}
  /// Creates the metric.
  public init(average: ScoreAverage, beta: Double = 1, threshold: Double? = nil) {
    self.average = average
    self.beta = beta
    self.threshold = threshold
  }

  private var score: FScore { FScore(beta: beta, threshold: threshold, average: average ?? .macro) }

  public func countCount(outputs: Int) -> Int { FScore.countCount(outputs: outputs) }
  public func count(_ outputs: ModelOutputs, into counts: UnsafeMutablePointer<Int>) {
    score.count(outputs, into: counts)
  }
  public func result(ofCounts counts: [Double], outputs: Int) -> Double { score.result(counts, outputs: outputs) }
}
