/// (1 + β²)·P·R / (β²·P + R) of precision P and recall R for each class, or their average.
///
/// Without a threshold, the largest output of a sample is positive; equal ones all are, and those nearest 0 (1e-9) are not.
/// A target is positive if it is not 0.
struct FScore {
  let beta: Double
  let threshold: Double?
  /// Nil for a value for each class.
  let average: ScoreAverage?

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

  func value(_ counts: [Double], outputs: Int) -> MetricValue {
    func values(_ kind: Int) -> [Double] { (0..<outputs).map { counts[3 * $0 + kind] } }
    func sum(_ values: [Double]) -> Double { values.reduce(0, +) }
    let (right, wrong, missed) = (values(0), values(1), values(2))
    if average == .micro { return MetricValue(score(sum(right), sum(wrong), sum(missed))) }
    let scores = (0..<outputs).map { score(right[$0], wrong[$0], missed[$0]) }
    guard let average else { return MetricValue(shape: [outputs], elements: scores) }
    guard average == .weighted else { return MetricValue(sum(scores) / Double(outputs)) }
    // As in Keras, whose divisor is at least 1e-7.
    let weights = (0..<outputs).map { right[$0] + missed[$0] }
    let divisor = sum(weights) + 1e-7
    var result = 0.0
    for (score, weight) in zip(scores, weights) { result += score * weight / divisor }
    return MetricValue(result)
  }

  private func score(_ right: Double, _ wrong: Double, _ missed: Double) -> Double {
    func quotient(_ dividend: Double, _ divisor: Double) -> Double { dividend / (divisor + 1e-7) }
    let (precision, recall) = (quotient(right, right + wrong), quotient(right, right + missed))
    let square = beta * beta
    return (1 + square) * quotient(precision * recall, square * precision + recall)
  }
}
