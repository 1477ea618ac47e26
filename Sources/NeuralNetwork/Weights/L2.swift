import Configuration

/// l2 · Σw²: half the "weight decay" of the papers that add it to the gradient.
public struct L2: Regularizer {
  public static let className = "L2"
  public static let name = "l2"
  public static let prototype = L2()
  public static let schema: Schema = [
    .number("l2", \.l2, where: .zeroOrMore)
  ]

  public var l1: Double { 0 }
  /// The factor of the squares.
  public var l2: Double

  /// Creates a regularizer with Keras' defaults.
  public init(l2: Double = 0.01) {
    self.l2 = l2
  }
}
