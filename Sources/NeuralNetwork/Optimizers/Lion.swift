import Configuration

/// Lion, which uses only the sign of the momentum, in the form of Keras:
///
///     w ← w − α·sign(β₁·m + (1 − β₁)·g)
///     m ← β₂·m + (1 − β₂)·g
///
/// Source: X. Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023, algorithm 2.
public struct Lion: Optimizer, Equatable {
  public static let className = "Lion"
  public static let name = "lion"
  public static let prototype = Lion()
  public static let schema: Schema = [
    .number("learning_rate", \.learningRate, where: .positive),
    .number("beta_1", \.beta1, where: .positiveUpTo(1)),
    .number("beta_2", \.beta2, where: .upToOne),
  ]

  public var learningRate: Float
  /// β₁, the share of the momentum in the update; above 0.
  public var beta1: Double
  /// β₂, the decay of the momentum.
  public var beta2: Double
  public var updateOptions: UpdateOptions

  /// Creates an optimizer with Keras' defaults.
  public init(
    learningRate: Float = 0.001, beta1: Double = 0.9, beta2: Double = 0.99,
    updateOptions: UpdateOptions = UpdateOptions()
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.updateOptions = updateOptions
  }

  public var ownSlotNames: [String] { ["momentum"] }

  public func update(_ block: VariableBlock, stepSize: Float) {
    let (values, gradient, momentum) = (block.values, block.gradient, block.slot(0))
    let (beta1, beta2) = (Float(beta1), Float(beta2))
    let (share1, share2) = (1 - beta1, 1 - beta2)
    for index in 0..<block.count {
      let g = gradient[index]
      let direction = momentum[index] * beta1 + g * share1
      // NaN stays NaN.
      values[index] -= stepSize * (direction > 0 ? 1 : direction < 0 ? -1 : direction)
      momentum[index] = momentum[index] * beta2 + g * share2
    }
  }
}
