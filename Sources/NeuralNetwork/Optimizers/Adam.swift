import Configuration
import ElementaryFunctions

/// The Adam optimizer, in the form of Keras:
///
///     t = iteration + 1
///     α = learning rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ)
///     m ← m + (g − m)·(1 − β₁)
///     v ← v + (g² − v)·(1 − β₂)
///     w ← w − m·α / (√v + ε)
///
/// With `amsgrad`, v is replaced in the last line by the largest v so far (S. Reddi, S. Kale, S. Kumar, "On the
/// Convergence of Adam and Beyond", ICLR 2018).
///
/// Source: D. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, the reordered form at the end of
/// section 2; ε is the "epsilon hat" of that form. Its default is Keras' 1e-7 (PyTorch's Adam has 1e-8, and adds it to
/// the bias-corrected root).
public struct Adam: Optimizer, Equatable {
  public static let className = "Adam"
  public static let name = "adam"
  public static let prototype = Adam()
  public static let schema: Schema = [
    .number("learning_rate", \.learningRate, where: .positive),
    .number("beta_1", \.beta1, where: .belowOne),
    .number("beta_2", \.beta2, where: .belowOne),
    .number("epsilon", \.epsilon, where: .positive),
    .bool("amsgrad", \.amsgrad),
  ]

  public var learningRate: Float
  /// β₁, the decay of the first moment; below 1.
  public var beta1: Double
  /// β₂, the decay of the second moment; below 1.
  public var beta2: Double
  /// ε, added to the root of the second moment.
  public var epsilon: Double
  /// Whether the largest second moment so far is used.
  public var amsgrad: Bool
  public var updateOptions: UpdateOptions

  /// Creates an optimizer with Keras' defaults.
  public init(
    learningRate: Float = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-7,
    amsgrad: Bool = false, updateOptions: UpdateOptions = UpdateOptions()
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.amsgrad = amsgrad
    self.updateOptions = updateOptions
  }

  public var ownSlotNames: [String] { ["momentum", "velocity"] + (amsgrad ? ["velocity_hat"] : []) }
  public var ownSlotOrder: SlotOrder { SlotOrder(sizes: amsgrad ? [2, 1] : [2]) }

  public func update(_ block: VariableBlock, stepSize: Float) {
    guard !amsgrad else { return updateWithLargestVelocity(block, stepSize: stepSize) }
    block.kernels.adamUpdate(
      parameters: block.values, momentum: block.slot(0), velocity: block.slot(1), gradient: block.gradient,
      count: block.count, stepSize: stepSize, oneMinusBeta1: Float(1 - beta1), oneMinusBeta2: Float(1 - beta2),
      epsilon: Float(epsilon))
  }

  private func updateWithLargestVelocity(_ block: VariableBlock, stepSize: Float) {
    let (values, gradient, momentum) = (block.values, block.gradient, block.slot(0))
    let (velocity, largest) = (block.slot(1), block.slot(2))
    let (share1, share2, epsilon) = (Float(1 - beta1), Float(1 - beta2), Float(epsilon))
    for index in 0..<block.count {
      let g = gradient[index]
      momentum[index] += (g - momentum[index]) * share1
      velocity[index] += (g * g - velocity[index]) * share2
      largest[index] = max(largest[index], velocity[index])
      values[index] -= (momentum[index] * stepSize) / (largest[index].squareRoot() + epsilon)
    }
  }

  /// α, computed in `Float` as in Keras.
  public func stepSize(iteration: Int, learningRate: Float) -> Float {
    func power(_ beta: Double) -> Float { Float(Elementary.pow(Double(Float(beta)), Double(iteration + 1))) }
    return learningRate * (1 - power(beta2)).squareRoot() / (1 - power(beta1))
  }
}
