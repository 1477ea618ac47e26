import Foundation

/// A linear axis with ticks at round numbers.
struct Axis {
  let range: ClosedRange<Double>
  let step: Double

  /// - Parameters:
  ///   - values: finite ones; others are ignored.
  ///   - isWhole: whether only whole numbers are ticks, and the range is that of the values.
  init(_ values: some Sequence<Double>, ticks: Int = 5, isWhole: Bool = false) {
    var (least, most) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite { (least, most) = (min(least, value), max(most, value)) }
    if least > most { (least, most) = (0, 1) }
    if least == most {
      let margin = least == 0 || isWhole ? 1 : abs(least) * 0.1
      (least, most) = (least - margin, most + margin)
    }
    let raw = (most - least) / Double(ticks)
    let magnitude = pow(10, log10(raw).rounded(.down))
    let step = magnitude * ([1, 2, 5].first { $0 * magnitude >= raw * 0.999 } ?? 10)
    self.step = isWhole ? max(step.rounded(), 1) : step
    range = isWhole ? least...most : (least / step).rounded(.down) * step...(most / step).rounded(.up) * step
  }

  var ticks: [Double] {
    let (first, last) = ((range.lowerBound / step - 1e-9).rounded(.up), (range.upperBound / step + 1e-9).rounded(.down))
    return first <= last ? stride(from: first, through: last, by: 1).map { $0 * step } : []
  }

  func text(_ tick: Double) -> String { NumberText.tick(tick, step: step) }

  /// The position of a value between the ends of the axis: 0 to 1.
  func position(_ value: Double) -> Double { (value - range.lowerBound) / (range.upperBound - range.lowerBound) }
}
