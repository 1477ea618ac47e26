import Configuration
import ElementaryFunctions

/// −Σ y·log p over targets y: a class, which is one-hot, or a number per class.
///
/// From probabilities, Keras first divides them by their sum and clips them to [1e-7, 1 − 1e-7]. Label smoothing: see
/// `ClassTargets`.
public struct CategoricalCrossentropy: CrossentropyLoss, Metric {
  public static let name = "categorical_crossentropy"
  public static let acceptsDistributions = true
  public static let schema: Schema = [
    .bool("from_logits", \.fromLogits), .number("label_smoothing", \.labelSmoothing, where: .upToOne),
  ]

  public var fromLogits: Bool
  /// The part of each target that all classes share, from 0 to 1.
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
    let targets = ClassTargets(outputs.targets, classes: outputs.count, smoothing: labelSmoothing)
    switch (fromLogits || outputs.isLogits, targets.areClassesAlone) {
    case (true, true): SoftmaxCrossentropy.compute(outputs, losses: losses, gradient: gradient, scale: scale)
    case (true, false):
      SoftmaxCrossentropy.compute(outputs, targets, losses: losses, gradient: gradient, scale: scale)
    case (false, let areClasses):
      for sample in 0..<outputs.samples {
        let gradient = gradient.map { $0 + sample * outputs.count }
        let row = outputs.row(sample)
        losses[sample] =
          areClasses
          ? Self.loss(
            of: row, label: outputs.targets.classIndex(sample), classes: outputs.count, gradient: gradient, scale: scale
          )
          : Self.loss(of: row, sample, targets, classes: outputs.count, gradient: gradient, scale: scale)
      }
    }
  }

  private static func loss(
    of outputs: UnsafePointer<Float>, label: Int, classes: Int, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) -> Double {
    var sum: Float = 0
    for index in 0..<classes { sum += outputs[index] }
    let probability = outputs[label] / sum
    let clipped = ProbabilityClip.clip(probability)
    if let gradient {
      // A clipped probability has no gradient; p = x / Σx has ∂p/∂x_j = (δ_j − p) / Σx.
      let slope = clipped == probability ? scale / sum : 0
      for index in 0..<classes { gradient[index] = slope }
      gradient[label] -= slope / clipped
    }
    return Double(-Elementary.log(clipped))
  }

  /// The loss of any targets; for those that are one-hot the same bits as for a class.
  private static func loss(
    of outputs: UnsafePointer<Float>, _ sample: Int, _ targets: ClassTargets, classes: Int,
    gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) -> Double {
    var sum: Float = 0
    for index in 0..<classes { sum += outputs[index] }
    var (loss, total) = (0.0, Float(0))
    for index in 0..<classes {
      let (target, probability) = (targets(sample, index), outputs[index] / sum)
      let clipped = ProbabilityClip.clip(probability)
      if target != 0 || clipped.isNaN { loss -= Double(target * Elementary.log(clipped)) }
      if clipped == probability { total += target }
    }
    guard let gradient else { return loss }
    let slope = scale / sum
    for index in 0..<classes {
      let (target, probability) = (targets(sample, index), outputs[index] / sum)
      let clipped = ProbabilityClip.clip(probability)
      gradient[index] = slope * total - (clipped == probability ? slope * target / clipped : 0)
    }
    return loss
  }
}
