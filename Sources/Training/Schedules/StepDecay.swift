import Configuration
import ElementaryFunctions

/// rate · decay rate ^ floor(step / decay steps): `ExponentialDecay` with `staircase`.
public struct StepDecay: ScheduleForm {
  public static let name = "step"
  public static let prototype = StepDecay(decaySteps: 1, decayRate: 1)
  public static let schema: Schema = [
    .integer("decay_steps", \.decaySteps, in: 1...Int.max, isRequired: true),
    .number("decay_rate", \.decayRate, where: .positive, isRequired: true),
  ]

  /// The steps of one decay.
  public var decaySteps: Int
  /// The factor of one decay.
  public var decayRate: Double

  public var kerasForm: (any ScheduleForm)? {
    ExponentialDecay(decaySteps: decaySteps, decayRate: decayRate, staircase: true)
  }

  public func rate(_ rate: Double, step: Double) -> Double {
    rate * Elementary.pow(decayRate, Double(Int(step / Double(decaySteps))))
  }
}

extension ScheduleForm where Self == StepDecay {
  /// A decay after every `decaySteps` steps.
  public static func step(decaySteps: Int, decayRate: Double) -> StepDecay {
    StepDecay(decaySteps: decaySteps, decayRate: decayRate)
  }
}
