import Configuration
import Randomness

/// Uniform in ±√(3 / fan in).
///
/// Source: Y. LeCun et al., "Efficient BackProp", 1998, section 4.6.
public struct LecunUniform: ConfiguredInitializer {
  public static let className = "LecunUniform"
  public static let name = "lecun_uniform"
  public static let prototype = LecunUniform()
  public static let schema: Schema = []

  /// Creates the initializer; it has no options.
  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    VarianceScaling(scale: 1, mode: .fanIn, distribution: .uniform).fill(values, shape: shape, random: &random)
  }
}
