import Configuration
import ElementaryFunctions

/// Cosine decay that starts again and again: Keras' `CosineDecayRestarts`.
///
/// Period i has first decay steps · t_mulⁱ steps, and starts at rate · m_mulⁱ:
/// rate · ((1 − α) · m_mulⁱ · (1 + cos(π · progress)) / 2 + α). Source: as `CosineDecay`.
public struct CosineDecayRestarts: ScheduleForm {
  public static let name = "cosine_restarts"
  public static let className: String? = "CosineDecayRestarts"
  public static let prototype = CosineDecayRestarts(firstDecaySteps: 1)
  public static let schema: Schema = [
    .integer("first_decay_steps", \.firstDecaySteps, in: 1...Int.max, isRequired: true),
    .number("t_mul", \.periodFactor, where: .positive), .number("m_mul", \.rateFactor, where: .positive),
    .number("alpha", \.alpha, where: .belowOne),
  ]

  /// The steps of the first period.
  public var firstDecaySteps: Int
  /// The length of each period as a multiple of the one before; 1 or more.
  public var periodFactor = 2.0
  /// The first rate of each period as a multiple of the one before.
  public var rateFactor = 1.0
  /// The lowest rate, as a part of the optimizer's.
  public var alpha = 0.0

  public func check(_ reader: ConfigurationReader) throws {
    guard periodFactor < 1 else { return }
    throw reader.error(
      .unexpected(expected: "a number of 1 or more", received: reader.node("t_mul")?.received ?? "nothing"), at: "t_mul"
    )
  }

  public func rate(_ rate: Double, step: Double) -> Double {
    let (period, progress) = period(step / Double(firstDecaySteps))
    let wave = Elementary.pow(rateFactor, period) * (1 + Elementary.cos(Double.pi * progress)) / 2
    return rate * ((1 - alpha) * wave + alpha)
  }

  /// The number of restarts and the progress in the current period.
  ///
  /// - Parameter time: in first periods.
  private func period(_ time: Double) -> (Double, progress: Double) {
    guard periodFactor > 1 else { return (time.rounded(.down), time - time.rounded(.down)) }
    func start(_ period: Double) -> Double { (Elementary.pow(periodFactor, period) - 1) / (periodFactor - 1) }
    var period = (Elementary.log(1 + time * (periodFactor - 1)) / Elementary.log(periodFactor)).rounded(.down)
    // The logarithms may be off by a rounding.
    if time < start(period) { period -= 1 } else if time >= start(period + 1) { period += 1 }
    return (period, min(max((time - start(period)) / Elementary.pow(periodFactor, period), 0), 1))
  }
}

extension ScheduleForm where Self == CosineDecayRestarts {
  /// Half a cosine wave again and again.
  public static func cosineRestarts(
    firstDecaySteps: Int, periodFactor: Double = 2, rateFactor: Double = 1, alpha: Double = 0
  ) -> CosineDecayRestarts {
    precondition(periodFactor >= 1, "periodFactor must be 1 or more, got \(periodFactor)")
    return CosineDecayRestarts(
      firstDecaySteps: firstDecaySteps, periodFactor: periodFactor, rateFactor: rateFactor, alpha: alpha)
  }
}
