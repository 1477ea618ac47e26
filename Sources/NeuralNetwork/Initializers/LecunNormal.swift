import Configuration
import Randomness

/// Normal with the variance 1 / fan in, truncated at two standard deviations.
///
/// Source: Y. LeCun et al., "Efficient BackProp", 1998, section 4.6.
public struct LecunNormal: ConfiguredInitializer {
  public static let className = "LecunNormal"
  public static let name = "lecun_normal"
  public static let prototype = LecunNormal()
  public static let schema: Schema = []

  /// Creates the initializer; it has no options.
  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    VarianceScaling(scale: 1, mode: .fanIn, distribution: .truncatedNormal).fill(values, shape: shape, random: &random)
  }
}
