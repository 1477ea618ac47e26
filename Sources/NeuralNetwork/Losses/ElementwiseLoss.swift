/// A loss that compares outputs with targets one by one: the mean over the n outputs of a sample. It is a metric too.
public protocol ElementwiseLoss: Loss, Metric {
  /// The loss of one output and its derivative.
  func term(_ output: Float, _ target: Float) -> (loss: Double, slope: Double)
}

extension ElementwiseLoss {
  public static var targets: TargetKind { .values }
  public static var largerIsBetter: Bool { false }

  public func compute(
    _ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    let count = outputs.count
    let share = Double(scale) / Double(count)
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      var sum = 0.0
      for index in 0..<count {
        let (loss, slope) = term(row[index], outputs.targets.value(sample, index, outputs: count))
        sum += loss
        gradient?[sample * count + index] = Float(slope * share)
      }
      losses[sample] = sum / Double(count)
    }
  }

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    compute(outputs, losses: values, gradient: nil, scale: 1)
  }
}
