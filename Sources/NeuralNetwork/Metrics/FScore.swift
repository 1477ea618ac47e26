/// (1 + β²)·P·R / (β²·P + R) of precision P and recall R for each class, and their average.
///
/// Without a threshold, the largest output of a sample is positive; equal ones all are, and those nearest 0 (1e-9) are not.
/// A target is positive if it is not 0.
struct FScore {
  let beta: Double
  let threshold: Double?
  let average: ScoreAverage

  /// For each output: true positives, false positives, false negatives.
  static func countCount(outputs: Int) -> Int { 3 * outputs }

  func count(_ outputs: ModelOutputs, into counts: UnsafeMutablePointer<Int>) {
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      let largest = row[Accuracy.largestIndex(row, count: outputs.count)]
      for index in 0..<outputs.count {
        let isPositive = threshold.map { row[index] > Float($0) } ?? (row[index] >= largest && abs(row[index]) > 1e-9)
        let isTrue = outputs.targets.value(sample, index, outputs: outputs.count) != 0
        if isPositive { counts[3 * index + (isTrue ? 0 : 1)] += 1 } else if isTrue { counts[3 * index + 2] += 1 }
      }
    }
  }

  func result(_ counts: [Double], outputs: Int) -> Double {
    func sum(_ kind: Int) -> Double { (0..<outputs).reduce(0) { $0 + counts[3 * $1 + kind] } }
    if average == .micro { return score(sum(0), sum(1), sum(2)) }
    let scores = (0..<outputs).map { score(counts[3 * $0], counts[3 * $0 + 1], counts[3 * $0 + 2]) }
    guard average == .weighted else { return scores.reduce(0, +) / Double(outputs) }
    // As in Keras, whose divisor is at least 1e-7.
    let weights = (0..<outputs).map { counts[3 * $0] + counts[3 * $0 + 2] }
    let total = weights.reduce(0, +)
    return zip(scores, weights).reduce(0) { $0 + $1.0 * $1.1 / (total + 1e-7) }
  }

  private func score(_ right: Double, _ wrong: Double, _ missed: Double) -> Double {
    func quotient(_ dividend: Double, _ divisor: Double) -> Double { dividend / (divisor + 1e-7) }
    let (precision, recall) = (quotient(right, right + wrong), quotient(right, right + missed))
    let square = beta * beta
    return (1 + square) * quotient(precision * recall, square * precision + recall)
  }
}
