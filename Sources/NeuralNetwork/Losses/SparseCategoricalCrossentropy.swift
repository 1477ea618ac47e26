import Configuration
import Glibc

/// −log p[label], with the label as an integer.
///
/// From probabilities, TensorFlow clips them to [1e-7, 1 − 1e-7] and divides them by their sum afterwards.
public struct SparseCategoricalCrossentropy: Loss {
  public static let name = "sparse_categorical_crossentropy"
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
    for index in 0..<classes { sum += ProbabilityClip.clip(outputs[index]) }
    if let gradient {
      for index in 0..<classes {
        let clipped = ProbabilityClip.clip(outputs[index])
        let slope = 1 / sum - (index == label ? 1 / clipped : 0)
        gradient[index] = clipped == outputs[index] ? slope * scale : 0
      }
    }
    return log(sum) - log(ProbabilityClip.clip(outputs[label]))
  }
}
