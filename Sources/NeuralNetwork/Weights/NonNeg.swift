import Configuration

/// No negative values: these become 0.
public struct NonNeg: Constraint {
  public static let className = "NonNeg"
  public static let name = "non_neg"
  public static let prototype = NonNeg()
  public static let schema: Schema = []

  public var axes: [Int]? { nil }

  /// Creates a constraint with Keras' defaults.
  public init() {}

  public func factor(_ value: Float) -> Float { value < 0 ? 0 : 1 }
}
