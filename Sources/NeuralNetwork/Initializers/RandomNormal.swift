import Configuration
import Randomness

/// Normal random numbers.
public struct RandomNormal: ConfiguredInitializer {
  public static let className = "RandomNormal"
  public static let name = "random_normal"
  public static let prototype = RandomNormal()
  public static let schema: Schema = [
    .number("mean", \.mean, where: .finite), .number("stddev", \.stddev, where: .zeroOrMore),
  ]

  /// The mean.
  public var mean: Double
  /// The standard deviation.
  public var stddev: Double

  /// Creates an initializer with Keras' defaults.
  public init(mean: Double = 0, stddev: Double = 0.05) {
    self.mean = mean
    self.stddev = stddev
  }

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    var numbers = NormalNumbers(random)
    for index in values.indices {
      values[index] = Float(mean + stddev * Double(numbers.next()))
    }
    random = numbers.random
  }
}
