import Configuration
import ElementaryFunctions

/// rate · decay rate ^ (step / decay steps), with the exponent rounded down if `staircase`: Keras' `ExponentialDecay`.
public struct ExponentialDecay: ScheduleForm {
  public static let name = "exponential"
  public static let className: String? = "ExponentialDecay"
  public static let prototype = ExponentialDecay(decaySteps: 1, decayRate: 1)
  public static let schema: Schema = [
    .integer("decay_steps", \.decaySteps, in: 1...Int.max, isRequired: true),
    .number("decay_rate", \.decayRate, where: .positive, isRequired: true),
    .bool("staircase", \.staircase),
  ]

  /// The steps of one decay.
  public var decaySteps: Int
  /// The factor of one decay.
  public var decayRate: Double
  /// Whether the rate changes only after every `decaySteps` steps.
  public var staircase = false

  public func rate(_ rate: Double, step: Double) -> Double {
    let decays = step / Double(decaySteps)
    return rate * Elementary.pow(decayRate, staircase ? decays.rounded(.down) : decays)
  }
}

extension ScheduleForm where Self == ExponentialDecay {
  /// A smooth decay, or one in stairs.
  public static func exponential(decaySteps: Int, decayRate: Double, staircase: Bool = false) -> ExponentialDecay {
    ExponentialDecay(decaySteps: decaySteps, decayRate: decayRate, staircase: staircase)
  }
}
