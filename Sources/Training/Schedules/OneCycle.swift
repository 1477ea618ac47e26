import Configuration
import ElementaryFunctions

/// From a low rate to the optimizer's and down to almost 0, in one cycle.
///
/// The rate starts at rate / div_factor, is highest in step pct_start · total_steps − 1, and reaches
/// rate / div_factor / final_div_factor in step total_steps − 1, where it stays; between them along half a cosine wave,
/// or a line. Options and formula are PyTorch's `OneCycleLR`; Keras has none. Source: L. Smith, N. Topin,
/// "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", arXiv 1708.07120 (2017).
public struct OneCycle: ScheduleForm {
  /// The curve between the lowest and the highest rate.
  public enum Annealing: String, CaseIterable, Sendable {
    case cosine = "cos"
    case linear
  }

  public static let name = "one_cycle"
  public static let prototype = OneCycle(totalSteps: 2)
  public static let schema: Schema = [
    .integer("total_steps", \.totalSteps, in: 2...Int.max, isRequired: true),
    .number("pct_start", \.startFraction, where: .properFraction),
    .choice("anneal_strategy", \.annealing), .number("div_factor", \.divisor, where: .positive),
    .number("final_div_factor", \.finalDivisor, where: .positive),
  ]

  /// The steps of the cycle.
  public var totalSteps: Int
  /// The part of the cycle in which the rate rises.
  public var startFraction = 0.3
  public var annealing = Annealing.cosine
  /// The highest rate as a multiple of the first.
  public var divisor = 25.0
  /// The first rate as a multiple of the last.
  public var finalDivisor = 10_000.0

  public func start(_ rate: Double) -> Double { rate / divisor }

  public func rate(_ rate: Double, step: Double) -> Double {
    let (peak, end) = (startFraction * Double(totalSteps) - 1, Double(totalSteps - 1))
    let (first, last) = (rate / divisor, rate / divisor / finalDivisor)
    if step < peak { return between(first, rate, step / peak) }
    return between(rate, last, min((step - max(peak, 0)) / (end - max(peak, 0)), 1))
  }

  private func between(_ first: Double, _ last: Double, _ progress: Double) -> Double {
    switch annealing {
    case .linear: first + (last - first) * progress
    case .cosine: last + (first - last) / 2 * (1 + Elementary.cos(Double.pi * progress))
    }
  }
}

extension ScheduleForm where Self == OneCycle {
  /// One rise and one fall.
  public static func oneCycle(
    totalSteps: Int, startFraction: Double = 0.3, annealing: OneCycle.Annealing = .cosine, divisor: Double = 25,
    finalDivisor: Double = 10_000
  ) -> OneCycle {
    OneCycle(
      totalSteps: totalSteps, startFraction: startFraction, annealing: annealing, divisor: divisor,
      finalDivisor: finalDivisor)
  }
}
