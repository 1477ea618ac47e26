import Configuration
import ElementaryFunctions

/// −Σ α·(1 − p)^γ·y·log p over targets y: cross-entropy with less weight on classes that are predicted well.
///
/// As in Keras, probabilities are divided by their sum and clipped to [1e-7, 1 − 1e-7]; logits go through a softmax
/// first. Label smoothing: see `ClassTargets`. Source: T. Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017.
public struct CategoricalFocalCrossentropy: CrossentropyLoss {
  public static let name = "categorical_focal_crossentropy"
  public static let acceptsDistributions = true
  public static let schema: Schema = [
    .number("alpha", \.alpha, where: .finite), .number("gamma", \.gamma, where: .zeroOrMore),
    .bool("from_logits", \.fromLogits), .number("label_smoothing", \.labelSmoothing, where: .upToOne),
  ]

  /// The factor of all classes.
  public var alpha: Double
  /// How fast the weight decreases with the probability.
  public var gamma: Double
  public var fromLogits: Bool
  /// The part of each target that all classes share, from 0 to 1.
  public var labelSmoothing: Double

  /// Creates a loss on probabilities with Keras' defaults.
  public init() { self.init(alpha: 0.25) }
  /// Creates a loss on probabilities or logits.
  public init(alpha: Double = 0.25, gamma: Double = 2, fromLogits: Bool = false, labelSmoothing: Double = 0) {
    self.alpha = alpha
    self.gamma = gamma
    self.fromLogits = fromLogits
    self.labelSmoothing = labelSmoothing
  }

  public func compute(
    _ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    let targets = ClassTargets(outputs.targets, classes: outputs.count, smoothing: labelSmoothing)
    let isLogits = fromLogits || outputs.isLogits
    for sample in 0..<outputs.samples {
      losses[sample] = loss(
        of: outputs.row(sample), sample, targets, classes: outputs.count, isLogits: isLogits,
        gradient: gradient.map { $0 + sample * outputs.count }, scale: scale)
    }
  }

  private func loss(
    of row: UnsafePointer<Float>, _ sample: Int, _ targets: ClassTargets, classes: Int, isLogits: Bool,
    gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) -> Double {
    let largest = isLogits ? SoftmaxFunction.largest(row, classes) : 0
    /// The numerator of a probability.
    func part(_ index: Int) -> Float { isLogits ? Elementary.exp(row[index] - largest) : row[index] }
    var sum: Float = 0
    for index in 0..<classes { sum += part(index) }
    var (loss, products) = (0.0, 0.0)
    for index in 0..<classes {
      let probability = part(index) / sum
      let (value, slope) = term(probability, targets(sample, index))
      loss += value
      products += slope * Double(probability)
      gradient?[index] = Float(slope)
    }
    guard let gradient else { return loss }
    for index in 0..<classes {
      // ∂p_i/∂x_j is p_i·(δ_ij − p_j) of a softmax, and (δ_ij − p_i) / Σx of a division by the sum.
      let slope = (Double(gradient[index]) - products) * Double(scale)
      gradient[index] = Float(isLogits ? slope * Double(part(index) / sum) : slope / Double(sum))
    }
    return loss
  }

  /// The loss of one class and its derivative by the probability.
  private func term(_ probability: Float, _ target: Float) -> (loss: Double, slope: Double) {
    let clipped = Double(ProbabilityClip.clip(probability))
    let (rest, logarithm) = (1 - clipped, Elementary.log(clipped))
    let factor = alpha * Double(target)
    let power = Elementary.pow(rest, gamma)
    let loss = -factor * power * logarithm
    guard Float(clipped) == probability else { return (loss, probability.isNaN ? .nan : 0) }
    return (loss, factor * (gamma * power / rest * logarithm - power / clipped))
  }
}
