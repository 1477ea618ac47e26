import Configuration
import Randomness

/// Normal random numbers; those further than two standard deviations from the mean are drawn again.
public struct TruncatedNormal: ConfiguredInitializer {
  public static let className = "TruncatedNormal"
  public static let name = "truncated_normal"
  public static let prototype = TruncatedNormal()
  public static let schema: Schema = [
    .number("mean", \.mean, where: .finite), .number("stddev", \.stddev, where: .zeroOrMore),
  ]

  /// The mean.
  public var mean: Double
  /// The standard deviation, before the truncation.
  public var stddev: Double

  /// Creates an initializer with Keras' defaults.
  public init(mean: Double = 0, stddev: Double = 0.05) {
    self.mean = mean
    self.stddev = stddev
  }

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    var numbers = NormalNumbers(random)
    for index in values.indices {
      var number = numbers.next()
      while abs(number) > 2 { number = numbers.next() }
      values[index] = Float(mean + stddev * Double(number))
    }
    random = numbers.random
  }
}
