import Configuration
import ElementaryFunctions

/// (rate − end) · (1 − step / decay steps) ^ power + end, with the step at most decay steps: Keras' `PolynomialDecay`.
///
/// With `cycle`, decay steps become the smallest multiple that is at least the step.
public struct PolynomialDecay: ScheduleForm {
  public static let name = "polynomial"
  public static let className: String? = "PolynomialDecay"
  public static let prototype = PolynomialDecay(decaySteps: 1)
  public static let schema: Schema = [
    .integer("decay_steps", \.decaySteps, in: 1...Int.max, isRequired: true),
    .number("end_learning_rate", \.endLearningRate, where: .zeroOrMore), .number("power", \.power, where: .positive),
    .bool("cycle", \.cycle),
  ]

  /// The steps until the rate is lowest.
  public var decaySteps: Int
  /// The lowest rate.
  public var endLearningRate = 0.0001
  /// The exponent; 1 is a line.
  public var power = 1.0
  /// Whether the rate rises again after the lowest one.
  public var cycle = false

  public func rate(_ rate: Double, step: Double) -> Double {
    var steps = Double(decaySteps)
    if cycle { steps *= max((step / steps).rounded(.up), 1) }
    let rest = 1 - min(step, steps) / steps
    return (rate - endLearningRate) * Elementary.pow(rest, power) + endLearningRate
  }
}

extension ScheduleForm where Self == PolynomialDecay {
  /// A decay to `endLearningRate` along a power of the remaining steps.
  public static func polynomial(
    decaySteps: Int, endLearningRate: Double = 0.0001, power: Double = 1, cycle: Bool = false
  ) -> PolynomialDecay {
    PolynomialDecay(decaySteps: decaySteps, endLearningRate: endLearningRate, power: power, cycle: cycle)
  }
}
