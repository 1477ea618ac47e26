import Configuration

/// Norms moved to a range: w · (rate · clip(‖w‖, min, max) + (1 − rate) · ‖w‖) / (‖w‖ + 1e-7).
public struct MinMaxNorm: Constraint {
  public static let className = "MinMaxNorm"
  public static let name = "min_max_norm"
  public static let prototype = MinMaxNorm()
  public static let schema: Schema = [
    .number("min_value", \.minimum, where: .zeroOrMore),
    .number("max_value", \.maximum, where: .zeroOrMore),
    .number("rate", \.rate, where: .upToOne),
    ConstraintAxes.option(\.normAxes),
  ]

  /// The smallest norm.
  public var minimum: Double
  /// The largest norm.
  public var maximum: Double
  /// How far norms outside the range move to it in a step.
  public var rate: Double
  private var normAxes: ConstraintAxes
  public var axes: [Int]? { normAxes.axes }

  /// Creates a constraint with Keras' defaults.
  public init(minimum: Double = 0, maximum: Double = 1, rate: Double = 1, axes: [Int] = [0]) {
    self.minimum = minimum
    self.maximum = maximum
    self.rate = rate
    normAxes = ConstraintAxes(axes: axes)
  }

  public func factor(_ norm: Float) -> Float {
    let goal = min(max(norm, Float(minimum)), Float(maximum))
    return (Float(rate) * goal + (1 - Float(rate)) * norm) / (1e-7 + norm)
  }
}
