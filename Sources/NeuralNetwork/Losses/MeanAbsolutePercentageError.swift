/// 100 · Σ |target − output| / max(|target|, 1e-7) / n over the n outputs of a sample.
public struct MeanAbsolutePercentageError: ElementwiseLoss {
  public static let name = "mean_absolute_percentage_error"
  public static let aliases = ["mape", "MAPE"]

  /// Creates the loss; it has no options.
  public init() {}

  public func term(_ output: Float, _ target: Float) -> (loss: Double, slope: Double) {
    let difference = Double(output - target)
    let size = Double(max(abs(target), 1e-7))
    // Where they are equal the gradient is 0, as in TensorFlow.
    let slope = difference > 0 ? 100 / size : difference < 0 ? -100 / size : difference * 0
    return (100 * abs(difference) / size, slope)
  }
}
