import Foundation

/// The mean of some numbers, and the standard deviation of the population from which they are a sample (the squares are
/// divided by n - 1); that of one number is NaN.
package struct Spread: Sendable, Equatable {
  package let mean: Double
  package let deviation: Double

  /// - Precondition: there is a number.
  package init(of numbers: [Double]) {
    precondition(!numbers.isEmpty, "no numbers have no mean")
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    deviation = numbers.count > 1 ? (squares / Double(numbers.count - 1)).squareRoot() : .nan
  }

  /// `0.9895 ± 0.0007`: the deviation with the decimals of the mean; the mean alone without a deviation.
  package var text: String {
    let mean = NumberText.metric(mean)
    if deviation.isNaN { return mean }
    return mean + " ± " + (mean.contains("e") ? NumberText.metric(deviation) : String(format: "%.4f", deviation))
  }
}
