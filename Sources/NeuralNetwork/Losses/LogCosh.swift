import ElementaryFunctions

/// log cosh(output − target), as |d| + log(1 + exp(−2·|d|)) − log 2: the mean over the outputs of a sample.
public struct LogCosh: ElementwiseLoss {
  public static let name = "log_cosh"
  public static let aliases = ["logcosh", "log_cosh_error"]

  /// Creates the loss; it has no options.
  public init() {}

  public func term(_ output: Float, _ target: Float) -> (loss: Double, slope: Double) {
    let difference = Double(output - target)
    let (size, small) = (abs(difference), Elementary.exp(-2 * abs(difference)))
    let loss = size + Elementary.log(1 + small) - 0x1.62E42FEFA39EFp-1
    let slope = (1 - small) / (1 + small)
    return (loss, difference < 0 ? -slope : slope)
  }
}
