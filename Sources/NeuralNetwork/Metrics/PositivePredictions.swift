/// The outputs that count as positive, and how often that is right: true positives, false positives and false negatives.
///
/// An output is positive if it is greater than the threshold (½), and one of the `topK` largest of its sample; with `topK`
/// alone, if it is one of these. A target is positive if it is not 0.
struct PositivePredictions {
  static let countCount = 3

  var threshold: Double?
  var topK: Int?
  /// The only output that counts; nil for all.
  var output: Int?

  func count(_ outputs: ModelOutputs, into counts: UnsafeMutablePointer<Int>) {
    let limit = threshold.map { Float($0) } ?? (topK == nil ? 0.5 : -.infinity)
    let counted = output.map { $0..<min($0 + 1, outputs.count) } ?? 0..<outputs.count
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      for index in counted where index < outputs.count {
        let isPositive =
          row[index] > limit
          && (topK.map { LargestOutputs.includes(index, row, count: outputs.count, k: $0) } ?? true)
        let isTrue = outputs.targets.value(sample, index, outputs: outputs.count) != 0
        switch (isPositive, isTrue) {
        case (true, true): counts[0] += 1
        case (true, false): counts[1] += 1
        case (false, true): counts[2] += 1
        case (false, false): break
        }
      }
    }
  }
}
