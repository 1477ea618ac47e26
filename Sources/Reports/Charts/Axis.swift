import Foundation

/// A linear axis with ticks at round numbers.
struct Axis {
  let range: ClosedRange<Double>
  let step: Double

  /// - Parameters:
  ///   - values: those that cannot be drawn are ignored.
  ///   - isWhole: whether only whole numbers are ticks, and the range is that of the values.
  init(_ values: some Sequence<Double>, ticks: Int = 5, isWhole: Bool = false) {
    var (minimum, maximum) = (Double.infinity, -Double.infinity)
    for value in values where value.isDrawable { (minimum, maximum) = (min(minimum, value), max(maximum, value)) }
    if minimum > maximum { (minimum, maximum) = (0, 1) }
    let size = max(abs(minimum), abs(maximum))
    if maximum - minimum <= size * 1e-12 {
      let margin = size < 1e-290 || isWhole ? 1 : size * 0.1
      (minimum, maximum) = (minimum - margin, maximum + margin)
    }
    let raw = (maximum - minimum) / Double(ticks)
    let magnitude = pow(10, log10(raw).rounded(.down))
    let step = magnitude * ([1, 2, 5].first { $0 * magnitude >= raw * 0.999 } ?? 10)
    self.step = isWhole ? max(step.rounded(), 1) : step
    range =
      isWhole
      ? minimum...maximum : (minimum / step).rounded(.down) * step...(maximum / step).rounded(.up) * step
  }

  var ticks: [Double] {
    let (first, last) = ((range.lowerBound / step - 1e-9).rounded(.up), (range.upperBound / step + 1e-9).rounded(.down))
    return first <= last ? stride(from: first, through: last, by: 1).map { $0 * step } : []
  }

  func text(_ tick: Double) -> String { NumberText.tick(tick, step: step) }

  /// The position of a value between the ends of the axis: 0 to 1.
  func position(_ value: Double) -> Double { (value - range.lowerBound) / (range.upperBound - range.lowerBound) }
}

extension Double {
  /// Whether the number has a place on an axis: it is finite, and so is its distance from another one.
  var isDrawable: Bool { abs(self) < 1e300 && (self == 0 || abs(self) > 1e-300) }
}
