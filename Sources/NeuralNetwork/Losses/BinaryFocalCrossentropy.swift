import Configuration
import ElementaryFunctions

/// (1 − q)^γ times the binary cross-entropy, with q = y·p + (1 − y)·(1 − p), the probability of the target y: the mean
/// over the n outputs p of a sample.
///
/// With class balancing, also times α·y + (1 − α)·(1 − y). Logits go through a sigmoid first, as in Keras. Label
/// smoothing: see `BinaryCrossentropy`. Source: T. Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.
public struct BinaryFocalCrossentropy: CrossentropyLoss {
  public static let name = "binary_focal_crossentropy"
  public static let targets = TargetKind.values
  public static let schema: Schema = [
    .bool("apply_class_balancing", \.appliesClassBalancing), .number("alpha", \.alpha, where: .upToOne),
    .number("gamma", \.gamma, where: .zeroOrMore), .bool("from_logits", \.fromLogits),
    .number("label_smoothing", \.labelSmoothing, where: .upToOne),
  ]

  /// Whether the targets 1 and 0 have the weights α and 1 − α.
  public var appliesClassBalancing: Bool
  /// The weight of the target 1.
  public var alpha: Double
  /// How fast the weight decreases with the probability of the target.
  public var gamma: Double
  public var fromLogits: Bool
  /// How far targets move to ½: from 0 for not at all to 1.
  public var labelSmoothing: Double

  /// Creates a loss on probabilities with Keras' defaults.
  public init() { self.init(alpha: 0.25) }
  /// Creates a loss on probabilities or logits.
  public init(
    appliesClassBalancing: Bool = false, alpha: Double = 0.25, gamma: Double = 2, fromLogits: Bool = false,
    labelSmoothing: Double = 0
  ) {
    self.appliesClassBalancing = appliesClassBalancing
    self.alpha = alpha
    self.gamma = gamma
    self.fromLogits = fromLogits
    self.labelSmoothing = labelSmoothing
  }

  public func compute(
    _ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    let count = outputs.count
    let share = Double(scale) / Double(count)
    let (targetShare, targetOffset) = (Float(1 - labelSmoothing), Float(0.5 * labelSmoothing))
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      var sum = 0.0
      for index in 0..<count {
        let target = outputs.targets.value(sample, index, outputs: count) * targetShare + targetOffset
        let probability = fromLogits ? BinaryCrossentropy.sigmoid(row[index]) : row[index]
        let (loss, slope) = term(probability, target)
        sum += loss
        guard let gradient else { continue }
        let inner = fromLogits ? Double(probability * (1 - probability)) : 1
        gradient[sample * count + index] = Float(slope * inner * share)
      }
      losses[sample] = sum / Double(count)
    }
  }

  /// The loss of one output and its derivative by the probability.
  private func term(_ probability: Float, _ target: Float) -> (loss: Double, slope: Double) {
    let (p, y) = (Double(probability), Double(target))
    let rest = 1 - (y * p + (1 - y) * (1 - p))
    let factor = Elementary.pow(rest, gamma)
    // The derivative of `factor`; rest⁰ is constant.
    let factorSlope = gamma == 0 ? 0 : gamma * Elementary.pow(rest, gamma - 1) * (1 - 2 * y)
    let (loss, slope) = BinaryCrossentropy.ofProbability(probability, target)
    let weight = appliesClassBalancing ? y * alpha + (1 - y) * (1 - alpha) : 1
    return (weight * factor * Double(loss), weight * (factorSlope * Double(loss) + factor * Double(slope)))
  }
}
