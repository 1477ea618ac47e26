import ElementaryFunctions

/// Σ y · log(y / p) over the outputs p of a sample, both clipped to [1e-7, 1].
public struct KLDivergence: Loss, Metric {
  public static let name = "kl_divergence"
  public static let aliases = ["kld", "KLD", "kullback_leibler_divergence"]
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
      var sum = 0.0
      for index in 0..<count {
        let target = Double(Self.clip(outputs.targets.value(sample, index, outputs: count)))
        let clipped = Self.clip(row[index])
        sum += target * (Elementary.log(target) - Elementary.log(Double(clipped)))
        // A clipped output has no gradient.
        gradient?[sample * count + index] = clipped == row[index] ? Float(-target / Double(clipped)) * scale : 0
      }
      losses[sample] = sum
    }
  }

  public func compute(_ outputs: ModelOutputs, values: SampleColumn) {
    compute(outputs, losses: values, gradient: nil, scale: 1)
  }

  private static func clip(_ value: Float) -> Float { value.isNaN ? value : min(max(value, 1e-7), 1) }
}
