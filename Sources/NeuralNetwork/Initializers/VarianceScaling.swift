import Configuration
import Randomness

/// Random numbers whose variance is a scale divided by the number of inputs, outputs, or their mean: Keras'
/// `VarianceScaling`.
public struct VarianceScaling: ConfiguredInitializer {
  /// The divisor of the variance.
  public enum Mode: String, CaseIterable, Sendable {
    case fanIn = "fan_in"
    case fanOut = "fan_out"
    case fanAverage = "fan_avg"
  }

  /// The distribution of the numbers.
  public enum Distribution: String, CaseIterable, Sendable {
    case uniform
    /// Truncated at two standard deviations, and widened so that the variance stays.
    case truncatedNormal = "truncated_normal"
    case untruncatedNormal = "untruncated_normal"
    /// An older name of `truncatedNormal`.
    case normal
  }

  public static let className = "VarianceScaling"
  public static let name = "variance_scaling"
  public static let prototype = VarianceScaling()
  public static let schema: Schema = [
    .number("scale", \.scale, where: .positive), .choice("mode", \.mode), .choice("distribution", \.distribution),
  ]

  /// The variance times the divisor.
  public var scale: Double
  public var mode: Mode
  public var distribution: Distribution

  /// Creates an initializer with Keras' defaults.
  public init(scale: Double = 1, mode: Mode = .fanIn, distribution: Distribution = .truncatedNormal) {
    self.scale = scale
    self.mode = mode
    self.distribution = distribution
  }

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    let fans = shape.fans
    let divisor =
      switch mode {
      case .fanIn: Double(fans.input)
      case .fanOut: Double(fans.output)
      case .fanAverage: Double(fans.input + fans.output) / 2
      }
    let variance = scale / max(divisor, 1)
    switch distribution {
    case .uniform:
      let limit = Float((3 * variance).squareRoot())
      for index in values.indices { values[index] = random.nextUniform(from: -limit, to: limit) }
    case .truncatedNormal, .normal:
      // The standard deviation of a standard normal number truncated at ±2.
      TruncatedNormal(stddev: variance.squareRoot() / 0.87962566103423978).fill(values, shape: shape, random: &random)
    case .untruncatedNormal: RandomNormal(stddev: variance.squareRoot()).fill(values, shape: shape, random: &random)
    }
  }
}
