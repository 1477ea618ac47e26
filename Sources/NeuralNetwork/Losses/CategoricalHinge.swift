/// max(1 + max (1 − y)·x − Σ y·x, 0) over the outputs x of a sample, with one-hot targets y.
public struct CategoricalHinge: Loss, Metric {
  public static let name = "categorical_hinge"
  public static let targets = TargetKind.values
  public static let largerIsBetter = false

  /// Creates the loss; it has no options.
  public init() {}

  public func compute(
    _ outputs: ModelOutputs, losses: SampleColumn, gradient: UnsafeMutablePointer<Float>?, scale: Float
  ) {
    let count = outputs.count
    for sample in 0..<outputs.samples {
      let row = outputs.row(sample)
      var (right, largest, wrong) = (0.0, -Float.infinity, 0)
      for index in 0..<count {
        let target = outputs.targets.value(sample, index, outputs: count)
        right += Double(target) * Double(row[index])
        let other = (1 - target) * row[index]
        if other > largest { (largest, wrong) = (other, index) }
      }
      let loss = Double(largest) - right + 1
      losses[sample] = loss > 0 || loss.isNaN ? loss : 0
      guard let gradient = gradient.map({ $0 + sample * count }) else { continue }
      for index in 0..<count {
        let target = outputs.targets.value(sample, index, outputs: count)
        gradient[index] = loss > 0 ? ((index == wrong ? 1 - target : 0) - target) * scale : 0
      }
    }
  }

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    compute(outputs, losses: values, gradient: nil, scale: 1)
  }
}
