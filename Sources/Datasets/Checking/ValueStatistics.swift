/// Mean, deviation and range of some numbers.
package struct ValueStatistics: Sendable, Equatable {
  /// How many numbers there are.
  package let count: Int
  package let mean: Double
  /// The standard deviation: the square root of the mean squared distance from the mean.
  package let deviation: Double
  package let minimum: Double
  package let maximum: Double

  /// Whether all numbers are the same.
  package var isConstant: Bool { minimum == maximum }

  /// The statistics of several sets of numbers together.
  ///
  /// Source: T. Chan, G. Golub, R. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances"
  /// (1979).
  init(_ parts: [ValueStatistics]) {
    let count = parts.reduce(0) { $0 + $1.count }
    let total = Double(max(count, 1))
    let mean = parts.reduce(0) { $0 + $1.mean * Double($1.count) } / total
    let squares = parts.reduce(0) { sum, part in
      let distance = part.mean - mean
      return sum + Double(part.count) * (part.deviation * part.deviation + distance * distance)
    }
    self.init(
      count: count, mean: mean, deviation: (squares / total).squareRoot(),
      minimum: parts.map(\.minimum).min() ?? 0, maximum: parts.map(\.maximum).max() ?? 0)
  }

  init(count: Int, mean: Double, deviation: Double, minimum: Double, maximum: Double) {
    self.count = count
    self.mean = mean
    self.deviation = deviation
    self.minimum = minimum
    self.maximum = maximum
  }
}
