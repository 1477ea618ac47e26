import Configuration

/// exp(x) / Σ exp(x) over the last axis.
public struct Softmax: FunctionLayer, Equatable {
  public static let className = "Softmax"
  public static let typeName = "softmax"
  public static let prototype = Softmax()
  public static let schema: Schema = [.constant("axis", -1, wording: "-1, the last axis")]

  /// Creates the layer; the axis is always the last.
  public init() {}

  var function: ActivationFunction { .softmax }
}
