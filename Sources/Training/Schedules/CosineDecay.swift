import Configuration
import ElementaryFunctions

/// rate · ((1 − α) · (1 + cos(π · min(step / decay steps, 1))) / 2 + α): Keras' `CosineDecay`.
///
/// Source: I. Loshchilov, F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017.
public struct CosineDecay: ScheduleForm {
  public static let name = "cosine"
  public static let className: String? = "CosineDecay"
  public static let prototype = CosineDecay(decaySteps: 1)
  public static let schema: Schema = [
    .integer("decay_steps", \.decaySteps, in: 1...Int.max, isRequired: true),
    .number("alpha", \.alpha, where: .belowOne),
  ]

  /// The steps until the rate is lowest.
  public var decaySteps: Int
  /// The lowest rate, as a part of the optimizer's.
  public var alpha = 0.0

  public func rate(_ rate: Double, step: Double) -> Double {
    rate * Self.factor(min(step / Double(decaySteps), 1), alpha: alpha)
  }

  /// - Parameter progress: from 0 to 1.
  static func factor(_ progress: Double, alpha: Double) -> Double {
    (1 - alpha) * (1 + Elementary.cos(Double.pi * progress)) / 2 + alpha
  }
}

extension ScheduleForm where Self == CosineDecay {
  /// Half a cosine wave, then constant.
  public static func cosine(decaySteps: Int, alpha: Double = 0) -> CosineDecay {
    CosineDecay(decaySteps: decaySteps, alpha: alpha)
  }
}
