import Configuration

/// x where it is positive, else the slope times x.
public struct LeakyReLU: FunctionLayer, Equatable {
  public static let className = "LeakyReLU"
  public static let typeName = "leaky_relu"
  public static let prototype = LeakyReLU()
  public static let schema: Schema = [.number("negative_slope", \.negativeSlope, where: .zeroOrMore)]

  /// The slope of negative values, 0 or more.
  public var negativeSlope: Double

  /// Creates a layer; Keras' default slope differs from that of the function `leaky_relu`.
  public init(negativeSlope: Double = 0.3) { self.negativeSlope = negativeSlope }

  var function: ActivationFunction { .leakyRelu(negativeSlope: negativeSlope) }
}
