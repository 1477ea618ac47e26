import Configuration
import ElementaryFunctions

/// −log p[label], with the label as an integer.
///
/// Probabilities are clipped to [1e-7, 1 − 1e-7] and then divided by their sum, as in TensorFlow.
public struct SparseCategoricalCrossentropy: CrossentropyLoss, Metric {
  public static let name = "sparse_categorical_crossentropy"
  public static let schema: Schema = [.bool("from_logits", \.fromLogits)]

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
    for index in 0..<classes { sum += ProbabilityClip.clip(outputs[index]) }
    if let gradient {
      for index in 0..<classes {
        let clipped = ProbabilityClip.clip(outputs[index])
        let slope = 1 / sum - (index == label ? 1 / clipped : 0)
        gradient[index] = clipped == outputs[index] ? slope * scale : 0
      }
    }
    return Elementary.log(sum) - Elementary.log(ProbabilityClip.clip(outputs[label]))
  }
}
