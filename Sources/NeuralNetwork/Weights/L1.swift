import Configuration

/// l1 · Σ|w|.
public struct L1: Regularizer {
  public static let className = "L1"
  public static let name = "l1"
  public static let prototype = L1()
  public static let schema: Schema = [
    .number("l1", \.l1, where: .zeroOrMore)
  ]

  /// The factor of the absolute values.
  public var l1: Double
  public var l2: Double { 0 }

  /// Creates a regularizer with Keras' defaults.
  public init(l1: Double = 0.01) {
    self.l1 = l1
  }
}
