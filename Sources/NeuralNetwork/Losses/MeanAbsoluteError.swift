/// Σ |output − target| / n over the n outputs of a sample.
public struct MeanAbsoluteError: Loss, Metric {
  public static let name = "mean_absolute_error"
  public static let aliases = ["mae", "MAE"]
  public static let targets = TargetKind.values
  public static let largerIsBetter = false

  /// Creates the loss; it has no options.
  public init() {}

  public func compute(
    _ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    let count = outputs.count
    let slope = scale / Float(count)
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      var sum = 0.0
      for index in 0..<count {
        let difference = row[index] - outputs.targets.value(sample, index, outputs: count)
        sum += Double(abs(difference))
        // Where they are equal the gradient is 0, as in TensorFlow.
        if let gradient {
          gradient[sample * count + index] = difference > 0 ? slope : difference < 0 ? -slope : difference * 0
        }
      }
      losses[sample] = sum / Double(count)
    }
  }

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    compute(outputs, losses: values, gradient: nil, scale: 1)
  }
}
