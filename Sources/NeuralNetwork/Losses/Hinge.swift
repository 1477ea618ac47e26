/// max(1 − target · output, 0), with targets of −1 or 1: the mean over the outputs of a sample.
public struct Hinge: ElementwiseLoss {
  public static let name = "hinge"

  /// Creates the loss; it has no options.
  public init() {}

  public func term(_ output: Float, _ target: Float) -> (loss: Double, slope: Double) {
    let (margin, sign) = Self.margin(output, target)
    return margin > 0 ? (margin, -sign) : (margin * 0, 0)
  }

  /// 1 − target · output, and the target. A target of 0 counts as −1, as in Keras if all targets are 0 or 1.
  static func margin(_ output: Float, _ target: Float) -> (margin: Double, target: Double) {
    let target: Float = target == 0 ? -1 : target
    return (Double(1 - target * output), Double(target))
  }
}
