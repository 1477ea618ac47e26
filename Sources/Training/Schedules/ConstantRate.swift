import Configuration

/// The optimizer's learning rate: for a warm-up alone.
public struct ConstantRate: ScheduleForm {
  public static let name = "constant"
  public static let prototype = ConstantRate()
  public static let schema: Schema = []

  /// Creates the form; it has no options.
  public init() {}

  public func rate(_ rate: Double, step: Double) -> Double { rate }
}

extension ScheduleForm where Self == ConstantRate {
  /// The optimizer's learning rate.
  public static var constant: ConstantRate { ConstantRate() }
}
