import Configuration

/// max(x, 0), elementwise; with options min(x, maximum) where x is above the threshold, else the slope times
/// (x − threshold).
public struct ReLU: FunctionLayer, Equatable {
  public static let className = "ReLU"
  public static let typeName = "relu"
  public static let prototype = ReLU()
  public static let schema: Schema = [
    ConfigurationOption("max_value") { reader, layer in
      layer.maxValue = reader.node("max_value") == nil ? nil : try reader.number("max_value", where: .positive)
    } write: { layer in
      layer.maxValue.map { ConfigurationNode(.number($0)) } ?? .null
    },
    .number("negative_slope", \.negativeSlope, where: .zeroOrMore),
    .number("threshold", \.threshold, where: .zeroOrMore),
  ]

  /// The largest output, more than 0; nil for no limit.
  public var maxValue: Double?
  /// The slope below the threshold; 0 or more.
  public var negativeSlope: Double
  /// Outputs of inputs up to here have the slope; 0 or more.
  public var threshold: Double

  /// Creates a layer with Keras' defaults.
  public init(maxValue: Double? = nil, negativeSlope: Double = 0, threshold: Double = 0) {
    self.maxValue = maxValue
    self.negativeSlope = negativeSlope
    self.threshold = threshold
  }

  var function: ActivationFunction {
    switch (maxValue, negativeSlope, threshold) {
    case (nil, 0, 0): .relu
    case (6, 0, 0): .relu6
    case (nil, _, 0): .leakyRelu(negativeSlope: negativeSlope)
    default: .generalRelu(maxValue: maxValue, negativeSlope: negativeSlope, threshold: threshold)
    }
  }
}
