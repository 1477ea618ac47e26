import ElementaryFunctions

/// Σ (output − target · log(output + 1e-7)) / n over the n outputs of a sample.
public struct Poisson: ElementwiseLoss {
  public static let name = "poisson"

  /// Creates the loss; it has no options.
  public init() {}

  public func term(_ output: Float, _ target: Float) -> (loss: Double, slope: Double) {
    let (shifted, target) = (Double(output) + 1e-7, Double(target))
    return (Double(output) - target * Elementary.log(shifted), 1 - target / shifted)
  }
}
