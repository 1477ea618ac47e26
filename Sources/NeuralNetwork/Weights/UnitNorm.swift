import Configuration

/// Norms of 1: w / (‖w‖ + 1e-7).
public struct UnitNorm: Constraint {
  public static let className = "UnitNorm"
  public static let name = "unit_norm"
  public static let prototype = UnitNorm()
  public static let schema: Schema = [ConstraintAxes.option(\.normAxes)]

  private var normAxes: ConstraintAxes
  public var axes: [Int]? { normAxes.axes }

  /// Creates a constraint with Keras' defaults.
  public init(axes: [Int] = [0]) {
    normAxes = ConstraintAxes(axes: axes)
  }

  public func factor(_ norm: Float) -> Float { 1 / (1e-7 + norm) }
}
