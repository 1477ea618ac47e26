import Configuration

/// Stochastic gradient descent with optional momentum, in the form of Keras:
///
///     no momentum   w ← w − α·g
///     momentum      v ← µ·v − α·g;   w ← w + v
///     nesterov      v ← µ·v − α·g;   w ← w + µ·v − α·g
///
/// Source: I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum in deep
/// learning", ICML 2013, section 2. PyTorch's momentum multiplies α into the update instead of the velocity.
public struct SGD: Optimizer, Equatable {
  public static let className = "SGD"
  public static let name = "sgd"
  public static let prototype = SGD()
  public static let schema: Schema = [
    .number("learning_rate", \.learningRate, where: .positive),
    .number("momentum", \.momentum, where: .belowOne),
    .bool("nesterov", \.nesterov),
  ]

  public var learningRate: Float
  /// µ, below 1; 0 for no momentum.
  public var momentum: Float
  /// Whether to use Nesterov momentum.
  public var nesterov: Bool
  public var updateOptions: UpdateOptions

  /// Creates an optimizer with Keras' defaults.
  public init(
    learningRate: Float = 0.01, momentum: Float = 0, nesterov: Bool = false,
    updateOptions: UpdateOptions = UpdateOptions()
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.updateOptions = updateOptions
  }

  public var ownSlotNames: [String] { momentum == 0 ? [] : ["momentum"] }

  public func update(_ block: VariableBlock, stepSize: Float) {
    block.kernels.sgdUpdate(
      parameters: block.values, velocity: momentum == 0 ? nil : block.slot(0), gradient: block.gradient,
      count: block.count, stepSize: stepSize, momentum: momentum, nesterov: nesterov)
  }
}
