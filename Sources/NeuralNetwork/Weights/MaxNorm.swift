import Configuration

/// Norms of at most a number: w · min(‖w‖, max) / (‖w‖ + 1e-7).
public struct MaxNorm: Constraint {
  public static let className = "MaxNorm"
  public static let name = "max_norm"
  public static let prototype = MaxNorm()
  public static let schema: Schema = [
    .number("max_value", \.maximum, where: .zeroOrMore),
    ConstraintAxes.option(\.normAxes),
  ]

  /// The largest norm.
  public var maximum: Double
  private var normAxes: ConstraintAxes
  public var axes: [Int]? { normAxes.axes }

  /// Creates a constraint with Keras' defaults.
  public init(maximum: Double = 2, axes: [Int] = [0]) {
    self.maximum = maximum
    normAxes = ConstraintAxes(axes: axes)
  }

  public func factor(_ norm: Float) -> Float { min(max(norm, 0), Float(maximum)) / (1e-7 + norm) }
}
