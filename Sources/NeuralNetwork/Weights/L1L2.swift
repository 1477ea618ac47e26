import Configuration

/// l1 · Σ|w| + l2 · Σw².
public struct L1L2: Regularizer {
  public static let className = "L1L2"
  public static let name = "l1_l2"
  public static let prototype = L1L2()
  public static let schema: Schema = [
    .number("l1", \.l1, where: .zeroOrMore), .number("l2", \.l2, where: .zeroOrMore),
  ]

  /// The factor of the absolute values.
  public var l1: Double
  /// The factor of the squares.
  public var l2: Double

  /// Creates a regularizer with Keras' defaults.
  public init(l1: Double = 0, l2: Double = 0) {
    self.l1 = l1
    self.l2 = l2
  }
}
