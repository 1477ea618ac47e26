/// max(1 − target · output, 0)², with targets of −1 or 1: the mean over the outputs of a sample. See `Hinge`.
public struct SquaredHinge: ElementwiseLoss {
  public static let name = "squared_hinge"

  /// Creates the loss; it has no options.
  public init() {}

  public func term(_ output: Float, _ target: Float) -> (loss: Double, slope: Double) {
    let (margin, sign) = Hinge.margin(output, target)
    return margin > 0 ? (margin * margin, -2 * margin * sign) : (margin * 0, 0)
  }
}
