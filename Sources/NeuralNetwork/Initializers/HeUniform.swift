import Configuration
import Randomness

/// Uniform in ±√(6 / fan in).
///
/// Source: K. He et al., "Delving Deep into Rectifiers", ICCV 2015, section 2.2.
public struct HeUniform: ConfiguredInitializer {
  public static let className = "HeUniform"
  public static let name = "he_uniform"
  public static let prototype = HeUniform()
  public static let schema: Schema = []

  /// Creates the initializer; it has no options.
  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    VarianceScaling(scale: 2, mode: .fanIn, distribution: .uniform).fill(values, shape: shape, random: &random)
  }
}
