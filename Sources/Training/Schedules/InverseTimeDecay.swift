import Configuration

/// rate / (1 + decay rate · step / decay steps), with the quotient rounded down if `staircase`: Keras'
/// `InverseTimeDecay`.
public struct InverseTimeDecay: ScheduleForm {
  public static let name = "inverse_time"
  public static let className: String? = "InverseTimeDecay"
  public static let prototype = InverseTimeDecay(decaySteps: 1, decayRate: 1)
  public static let schema: Schema = [
    .integer("decay_steps", \.decaySteps, in: 1...Int.max, isRequired: true),
    .number("decay_rate", \.decayRate, where: .positive, isRequired: true),
    .bool("staircase", \.staircase),
  ]

  /// The steps of one decay.
  public var decaySteps: Int
  /// How fast the rate decays.
  public var decayRate: Double
  /// Whether the rate changes only after every `decaySteps` steps.
  public var staircase = false

  public func rate(_ rate: Double, step: Double) -> Double {
    let decays = step / Double(decaySteps)
    return rate / (1 + decayRate * (staircase ? decays.rounded(.down) : decays))
  }
}

extension ScheduleForm where Self == InverseTimeDecay {
  /// A decay with the inverse of the time.
  public static func inverseTime(decaySteps: Int, decayRate: Double, staircase: Bool = false) -> InverseTimeDecay {
    InverseTimeDecay(decaySteps: decaySteps, decayRate: decayRate, staircase: staircase)
  }
}
