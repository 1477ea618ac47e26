import ElementaryFunctions

/// Σ (log(output + 1) − log(target + 1))² / n over the n outputs of a sample; numbers below 1e-7 count as 1e-7.
public struct MeanSquaredLogarithmicError: ElementwiseLoss {
  public static let name = "mean_squared_logarithmic_error"
  public static let aliases = ["msle", "MSLE"]

  /// Creates the loss; it has no options.
  public init() {}

  public func term(_ output: Float, _ target: Float) -> (loss: Double, slope: Double) {
    let clipped = output.isNaN ? output : max(output, 1e-7)
    let difference = Elementary.log(Double(clipped) + 1) - Elementary.log(Double(max(target, 1e-7)) + 1)
    // A clipped output has no gradient.
    return (difference * difference, output < 1e-7 ? 0 : 2 * difference / (Double(clipped) + 1))
  }
}
