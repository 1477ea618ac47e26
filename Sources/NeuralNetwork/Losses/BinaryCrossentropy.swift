import Configuration
import ElementaryFunctions

/// −Σ (y·log p + (1 − y)·log(1 − p)) / n over the n outputs p of a sample, each with a target y from 0 to 1.
///
/// Probabilities are clipped to [1e-7, 1 − 1e-7], as in Keras; for logits x it is max(x, 0) − x·y + log(1 + exp(−|x|)).
/// With label smoothing s, y becomes y · (1 − s) + s / 2.
public struct BinaryCrossentropy: CrossentropyLoss, Metric {
  public static let name = "binary_crossentropy"
  public static let targets = TargetKind.values
  public static let schema: Schema = [
    .bool("from_logits", \.fromLogits), .number("label_smoothing", \.labelSmoothing, where: .upToOne),
  ]

  public var fromLogits: Bool
  /// How far targets move to ½: from 0 for not at all to 1.
  public var labelSmoothing: Double

  /// Creates a loss on probabilities.
  public init() { self.init(fromLogits: false) }
  /// Creates a loss on probabilities or logits.
  public init(fromLogits: Bool, labelSmoothing: Double = 0) {
    self.fromLogits = fromLogits
    self.labelSmoothing = labelSmoothing
  }

  public func compute(
    _ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    let count = outputs.count
    let share = scale / Float(count)
    let (targetShare, targetOffset) = (Float(1 - labelSmoothing), Float(0.5 * labelSmoothing))
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      var sum = 0.0
      for index in 0..<count {
        let target = outputs.targets.value(sample, index, outputs: count) * targetShare + targetOffset
        let (loss, slope) = fromLogits ? Self.ofLogit(row[index], target) : Self.ofProbability(row[index], target)
        sum += Double(loss)
        if let gradient { gradient[sample * count + index] = slope * share }
      }
      losses[sample] = sum / Double(count)
    }
  }

  /// The loss of one output and its derivative.
  private static func ofLogit(_ x: Float, _ y: Float) -> (loss: Float, slope: Float) {
    let small = Elementary.exp(-abs(x))
    let loss = max(x, 0) - x * y + Elementary.log(1 + small)
    return (x.isNaN ? x : loss, sigmoid(x, small: small) - y)
  }

  static func ofProbability(_ p: Float, _ y: Float) -> (loss: Float, slope: Float) {
    let clipped = ProbabilityClip.clip(p)
    let loss = -(y * Elementary.log(clipped) + (1 - y) * Elementary.log(1 - clipped))
    // Where the probability is clipped, the loss is constant.
    return (loss, clipped == p ? (1 - y) / (1 - clipped) - y / clipped : clipped.isNaN ? clipped : 0)
  }

  /// 1 / (1 + exp(−x)).
  package static func sigmoid(_ x: Float) -> Float { sigmoid(x, small: Elementary.exp(-abs(x))) }

  /// - Parameter small: exp(−|x|), which cannot overflow.
  private static func sigmoid(_ x: Float, small: Float) -> Float { x >= 0 ? 1 / (1 + small) : small / (1 + small) }
}
