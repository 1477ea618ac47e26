import Configuration
import Randomness

/// Glorot uniform initializer: uniform in ±√(6 / (fan in + fan out)).
///
/// Source: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
/// AISTATS 2010, equation 16.
public struct GlorotUniform: ConfiguredInitializer {
  public static let className = "GlorotUniform"
  public static let name = "glorot_uniform"
  public static let prototype = GlorotUniform()
  public static let schema: Schema = []

  /// Creates the initializer; it has no options.
  public init() {}

  /// The bound of the values for a kernel of `shape`.
  public static func limit(for shape: Shape) -> Float {
    let fans = shape.fans
    return (6 / Float(fans.input + fans.output)).squareRoot()
  }

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    let limit = Self.limit(for: shape)
    for index in values.indices { values[index] = random.nextUniform(from: -limit, to: limit) }
  }
}
