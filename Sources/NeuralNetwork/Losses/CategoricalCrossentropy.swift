import Configuration
import Glibc

/// −Σ y·log p over one-hot labels y.
///
/// From probabilities, Keras first divides them by their sum and clips them to [1e-7, 1 − 1e-7].
public struct CategoricalCrossentropy: Loss {
  public static let name = "categorical_crossentropy"
  public static let optionKeys = CrossentropyOptions.keys

  public var fromLogits: Bool

  public init() { self.init(fromLogits: false) }

  public init(fromLogits: Bool) { self.fromLogits = fromLogits }

  public init(options: ConfigurationReader) throws {
    self.init(fromLogits: try CrossentropyOptions.fromLogits(options))
  }

  public var options: [ConfigurationEntry] { CrossentropyOptions.entries(fromLogits: fromLogits) }

  public func sum(
    outputs: UnsafePointer<Float>, form: OutputForm, labels: UnsafePointer<Int32>, samples: Int, classes: Int,
    gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) -> Double {
    if fromLogits || form == .logits {
      return SoftmaxCrossentropy.sum(
        logits: outputs, labels: labels, samples: samples, classes: classes, gradient: gradient, scale: scale)
    }
    var total = 0.0
    for sample in 0..<samples {
      total += Double(
        Self.loss(
          of: outputs + sample * classes, label: Int(labels[sample]), classes: classes,
          gradient: gradient.map { $0 + sample * classes }, scale: scale))
    }
    return total
  }

  private static func loss(
    of outputs: UnsafePointer<Float>, label: Int, classes: Int, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) -> Float {
    var sum: Float = 0
    for index in 0..<classes { sum += outputs[index] }
    let probability = outputs[label] / sum
    let clipped = ProbabilityClip.clip(probability)
    if let gradient {
      // A clipped probability does not move with the outputs; p = x / Σx has ∂p/∂x_j = (δ_j − p) / Σx.
      let slope = clipped == probability ? scale / sum : 0
      for index in 0..<classes { gradient[index] = slope }
      gradient[label] -= slope / clipped
    }
    return -log(clipped)
  }
}

/// Keeps logarithms finite, with Keras' epsilon.
enum ProbabilityClip {
  static func clip(_ probability: Float) -> Float {
    probability.isNaN ? probability : min(max(probability, 1e-7), 1 - 1e-7)
  }
}
