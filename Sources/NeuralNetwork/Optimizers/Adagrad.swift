import Configuration

/// Adagrad, in the form of Keras:
///
///     a ← a + g²;   w ← w − α·g / √(a + ε)
///
/// Source: J. Duchi, E. Hazan, Y. Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
/// JMLR 12 (2011).
public struct Adagrad: Optimizer, Equatable {
  public static let className = "Adagrad"
  public static let name = "adagrad"
  public static let prototype = Adagrad()
  public static let schema: Schema = [
    .number("learning_rate", \.learningRate, where: .positive),
    .number("initial_accumulator_value", \.initialAccumulatorValue, where: .zeroOrMore),
    .number("epsilon", \.epsilon, where: .positive),
  ]

  public var learningRate: Float
  /// The value with which the sums of squares start.
  public var initialAccumulatorValue: Double
  /// ε, which keeps divisors from 0.
  public var epsilon: Double
  public var updateOptions: UpdateOptions

  /// Creates an optimizer with Keras' defaults.
  public init(
    learningRate: Float = 0.001, initialAccumulatorValue: Double = 0.1, epsilon: Double = 1e-7,
    updateOptions: UpdateOptions = UpdateOptions()
  ) {
    self.learningRate = learningRate
    self.initialAccumulatorValue = initialAccumulatorValue
    self.epsilon = epsilon
    self.updateOptions = updateOptions
  }

  public var ownSlotNames: [String] { ["accumulator"] }

  public func initialValue(ofOwnSlot slot: Int) -> Float { Float(initialAccumulatorValue) }

  public func update(_ block: VariableBlock, stepSize: Float) {
    let (values, gradient, sums, epsilon) = (block.values, block.gradient, block.slot(0), Float(epsilon))
    for index in 0..<block.count {
      let g = gradient[index]
      sums[index] += g * g
      values[index] -= (stepSize * g) / (sums[index] + epsilon).squareRoot()
    }
  }
}
