import Configuration
import ElementaryFunctions

/// Adamax, Adam with the largest gradient instead of the mean square, in the form of Keras:
///
///     t = iteration + 1
///     m ← m + (g − m)·(1 − β₁)
///     u ← max(β₂·u, |g|)
///     w ← w − α·m / ((1 − β₁ᵗ)·(u + ε))
///
/// Source: D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, section 7.1.
public struct Adamax: Optimizer, Equatable {
  public static let className = "Adamax"
  public static let name = "adamax"
  public static let prototype = Adamax()
  public static let schema: Schema = [
    .number("learning_rate", \.learningRate, where: .positive),
    .number("beta_1", \.beta1, where: .belowOne),
    .number("beta_2", \.beta2, where: .belowOne),
    .number("epsilon", \.epsilon, where: .positive),
  ]

  public var learningRate: Float
  /// β₁, the decay of the first moment; below 1.
  public var beta1: Double
  /// β₂, the decay of the second moment; below 1.
  public var beta2: Double
  /// ε, which keeps divisors from 0.
  public var epsilon: Double
  public var updateOptions: UpdateOptions

  /// Creates an optimizer with Keras' defaults.
  public init(
    learningRate: Float = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-7,
    updateOptions: UpdateOptions = UpdateOptions()
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.updateOptions = updateOptions
  }

  public var ownSlotNames: [String] { ["momentum", "norm"] }

  /// α / (1 − β₁ᵗ).
  public func stepSize(iteration: Int, learningRate: Float) -> Float {
    learningRate / (1 - Float(Elementary.pow(Double(Float(beta1)), Double(iteration + 1))))
  }

  public func update(_ block: VariableBlock, stepSize: Float) {
    let (values, gradient, momentum, norm) = (block.values, block.gradient, block.slot(0), block.slot(1))
    let (share, beta2, epsilon) = (Float(1 - beta1), Float(beta2), Float(epsilon))
    for index in 0..<block.count {
      let g = gradient[index]
      momentum[index] += (g - momentum[index]) * share
      norm[index] = max(beta2 * norm[index], abs(g))
      values[index] -= (stepSize * momentum[index]) / (norm[index] + epsilon)
    }
  }
}
