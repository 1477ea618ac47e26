import Configuration

/// ½·d² for differences d = output − target up to δ, and δ·|d| − ½·δ² beyond: the mean over the outputs of a sample.
///
/// Source: P. Huber, "Robust Estimation of a Location Parameter", Annals of Mathematical Statistics 35 (1964).
public struct Huber: ElementwiseLoss {
  public static let name = "huber"
  public static let schema: Schema = [.number("delta", \.delta, where: .positive)]

  /// δ, where the square ends.
  public var delta: Double

  /// Creates the loss with Keras' default, 1.
  public init() { self.init(delta: 1) }
  /// Creates the loss.
  public init(delta: Double) { self.delta = delta }

  public func term(_ output: Float, _ target: Float) -> (loss: Double, slope: Double) {
    let difference = Double(output - target)
    if abs(difference) <= delta { return (difference * difference / 2, difference) }
    return (delta * abs(difference) - delta * delta / 2, difference < 0 ? -delta : difference > 0 ? delta : difference)
  }
}
