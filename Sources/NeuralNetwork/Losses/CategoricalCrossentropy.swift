import ElementaryFunctions

/// −Σ y·log p over one-hot labels y.
///
/// From probabilities, Keras first divides them by their sum and clips them to [1e-7, 1 − 1e-7].
public struct CategoricalCrossentropy: CrossentropyLoss {
  public static let name = "categorical_crossentropy"

  public var fromLogits: Bool

  /// Creates a loss on probabilities.
  public init() { self.init(fromLogits: false) }
  /// Creates a loss on probabilities or logits.
  public init(fromLogits: Bool) { self.fromLogits = fromLogits }

  public func compute(
    _ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    if fromLogits || outputs.isLogits {
      return SoftmaxCrossentropy.compute(outputs, losses: losses, gradient: gradient, scale: scale)
    }
    for sample in 0..<outputs.samples {
      losses[sample] = Double(
        Self.loss(
          of: outputs.row(sample), label: outputs.targets.classIndex(sample), classes: outputs.count,
          gradient: gradient.map { $0 + sample * outputs.count }, scale: scale))
    }
  }

  private static func loss(
    of outputs: UnsafePointer<Float>, label: Int, classes: Int, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) -> Float {
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
    return -Elementary.log(clipped)
  }
}
