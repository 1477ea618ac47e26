import Configuration
import Randomness

/// Normal with the variance 2 / (fan in + fan out), truncated at two standard deviations.
///
/// Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
public struct GlorotNormal: ConfiguredInitializer {
  public static let className = "GlorotNormal"
  public static let name = "glorot_normal"
  public static let prototype = GlorotNormal()
  public static let schema: Schema = []

  /// Creates the initializer; it has no options.
  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    VarianceScaling(scale: 1, mode: .fanAverage, distribution: .truncatedNormal).fill(
      values, shape: shape, random: &random)
  }
}
