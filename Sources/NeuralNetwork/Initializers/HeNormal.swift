import Configuration
import Randomness

/// Normal with the variance 2 / fan in, truncated at two standard deviations.
///
/// Source: K. He et al., "Delving Deep into Rectifiers", ICCV 2015, section 2.2.
public struct HeNormal: ConfiguredInitializer {
  public static let className = "HeNormal"
  public static let name = "he_normal"
  public static let prototype = HeNormal()
  public static let schema: Schema = []

  /// Creates the initializer; it has no options.
  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    VarianceScaling(scale: 2, mode: .fanIn, distribution: .truncatedNormal).fill(values, shape: shape, random: &random)
  }
}
