/// How often predictions are correct, by the probability that the model gives them.
///
/// Source: C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2.
package struct Reliability {
  /// The predictions with a probability from a lower to an upper bound.
  package struct Bin {
    package let bounds: (lower: Double, upper: Double)
    package let count: Int
    /// The mean probability; NaN without predictions.
    package let confidence: Double
    /// The share of correct predictions; NaN without predictions.
    package let accuracy: Double
  }

  package let bins: [Bin]
  private let count: Int

  /// - Parameter predictions: the probability of each predicted class, and whether it is the true one.
  package init(_ predictions: [(confidence: Double, isCorrect: Bool)], bins number: Int = 10) {
    var counts = [Int](repeating: 0, count: number)
    var (confidence, correct) = ([Double](repeating: 0, count: number), [Double](repeating: 0, count: number))
    for prediction in predictions where prediction.confidence.isFinite {
      let bin = min(Int(min(max(prediction.confidence, 0), 1) * Double(number)), number - 1)
      counts[bin] += 1
      confidence[bin] += prediction.confidence
      correct[bin] += prediction.isCorrect ? 1 : 0
    }
    bins = (0..<number).map { bin in
      Bin(
        bounds: (Double(bin) / Double(number), Double(bin + 1) / Double(number)), count: counts[bin],
        confidence: confidence[bin] / Double(counts[bin]), accuracy: correct[bin] / Double(counts[bin]))
    }
    count = counts.reduce(0, +)
  }

  /// The expected calibration error: the mean distance of probability and accuracy over all predictions.
  package var error: Double {
    bins.reduce(0) { $0 + ($1.count == 0 ? 0 : Double($1.count) * abs($1.accuracy - $1.confidence)) }
      / Double(max(count, 1))
  }
}
