import Configuration
import Randomness

/// Uniform random numbers.
public struct RandomUniform: ConfiguredInitializer {
  public static let className = "RandomUniform"
  public static let name = "random_uniform"
  public static let prototype = RandomUniform()
  public static let schema: Schema = [
    .number("minval", \.lower, where: .finite), .number("maxval", \.upper, where: .finite),
  ]

  /// The least number.
  public var lower: Double
  /// The limit, which is not reached.
  public var upper: Double

  /// Creates an initializer with Keras' defaults.
  public init(lower: Double = -0.05, upper: Double = 0.05) {
    self.lower = lower
    self.upper = upper
  }

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    for index in values.indices { values[index] = random.nextUniform(from: Float(lower), to: Float(upper)) }
  }
}
