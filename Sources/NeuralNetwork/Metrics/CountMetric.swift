/// A metric that is no mean over samples but follows from counts, such as those of correct and wrong predictions.
///
/// Counts are integers, so that their sums are exact: the same for any order of the samples, and any number of workers.
public protocol CountMetric: Metric {
  /// The number of counts for a model with `outputs` outputs.
  func countCount(outputs: Int) -> Int

  /// Adds the counts of samples.
  func count(_ outputs: ModelOutputs, into counts: UnsafeMutablePointer<Int>)

  /// The metric for the counts over all samples.
  func value(ofCounts counts: [Double], outputs: Int) -> MetricValue
}

extension CountMetric {
  /// Nothing per sample: a column of zeros.
  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    for sample in 0..<outputs.samples { values[sample] = 0 }
  }

  /// The quotient; 0 if the divisor is 0, as in Keras.
  static func quotient(_ dividend: Double, _ divisor: Double) -> Double { divisor == 0 ? 0 : dividend / divisor }
}
