import Configuration

/// RMSprop, optionally with momentum and centered, in the form of Keras:
///
///     v ← ρ·v + (1 − ρ)·g²
///     centered      a ← ρ·a + (1 − ρ)·g;   u = α·g / √(v − a² + ε)
///     not centered                         u = α·g / √(v + ε)
///     momentum      m ← µ·m + u;           w ← w − m
///     no momentum                          w ← w − u
///
/// Sources: G. Hinton, N. Srivastava, K. Swersky, "Neural Networks for Machine Learning", 2012, lecture 6e; centered:
/// A. Graves, "Generating Sequences With Recurrent Neural Networks", arXiv 1308.0850 (2013), equations 38 to 45. PyTorch's
/// RMSprop adds ε to the root, has another default of ρ, and multiplies α into the update instead of the momentum.
public struct RMSprop: Optimizer, Equatable {
  public static let className = "RMSprop"
  public static let name = "rmsprop"
  public static let prototype = RMSprop()
  public static let schema: Schema = [
    .number("learning_rate", \.learningRate, where: .positive),
    .number("rho", \.rho, where: .belowOne),
    .number("momentum", \.momentum, where: .belowOne),
    .number("epsilon", \.epsilon, where: .positive),
    .bool("centered", \.centered),
  ]

  public var learningRate: Float
  /// The decay rate of the moving averages.
  public var rho: Double
  /// The momentum coefficient; 0 for none.
  public var momentum: Double
  /// Added to the average under the root.
  public var epsilon: Double
  /// Whether gradients are divided by their deviation from their average, and not by their magnitude.
  public var centered: Bool
  public var updateOptions: UpdateOptions

  /// Creates an optimizer with Keras' defaults.
  public init(
    learningRate: Float = 0.001, rho: Double = 0.9, momentum: Double = 0, epsilon: Double = 1e-7,
    centered: Bool = false, updateOptions: UpdateOptions = UpdateOptions()
  ) {
    self.learningRate = learningRate
    self.rho = rho
    self.momentum = momentum
    self.epsilon = epsilon
    self.centered = centered
    self.updateOptions = updateOptions
  }

  public var ownSlotNames: [String] {
    var names = ["velocity"]
    if hasMomentum { names.append("momentum") }
    if centered { names.append("average_gradient") }
    return names
  }

  public var ownSlotOrder: SlotOrder { SlotOrder(sizes: ownSlotNames.map { _ in 1 }) }

  private var hasMomentum: Bool { momentum > 0 }

  public func update(_ block: VariableBlock, stepSize: Float) {
    block.kernels.rmspropUpdate(
      parameters: block.values, velocity: block.slot(0), momentum: hasMomentum ? block.slot(1) : nil,
      average: centered ? block.slot(hasMomentum ? 2 : 1) : nil, gradient: block.gradient, count: block.count,
      stepSize: stepSize, rho: Float(rho), oneMinusRho: Float(1 - rho), momentumShare: Float(momentum),
      epsilon: Float(epsilon))
  }
}
