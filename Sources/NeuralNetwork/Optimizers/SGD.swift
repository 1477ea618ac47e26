import Configuration
import Kernels

/// Stochastic gradient descent, with momentum if it has one, in the form of Keras:
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
  public static let optionKeys = ["learning_rate", "momentum", "nesterov"]

  public var learningRate: Float
  public var momentum: Float
  public var nesterov: Bool
  public var updateOptions: UpdateOptions

  public init(
    learningRate: Float = 0.01, momentum: Float = 0, nesterov: Bool = false,
    updateOptions: UpdateOptions = UpdateOptions()
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.updateOptions = updateOptions
  }

  public init(options: ConfigurationReader) throws {
    learningRate = Float(try options.number("learning_rate", where: .positive, default: 0.01))
    momentum = Float(try options.number("momentum", where: .belowOne, default: 0))
    nesterov = try options.bool("nesterov", default: false)
    updateOptions = try UpdateOptions(options: options)
  }

  public var options: [ConfigurationEntry] {
    [
      ConfigurationEntry("learning_rate", ConfigurationNode(.number(Double("\(learningRate)") ?? 0))),
      ConfigurationEntry("momentum", ConfigurationNode(.number(Double("\(momentum)") ?? 0))),
      ConfigurationEntry("nesterov", ConfigurationNode(.bool(nesterov))),
    ]
  }

  public var slotNames: [String] { momentum == 0 ? [] : ["momentum"] }

  public func update(_ block: VariableBlock, stepSize: Float, kernels: KernelSet) {
    kernels.sgdUpdate(
      parameters: block.values, velocity: momentum == 0 ? nil : block.slot(0), gradient: block.gradient,
      count: block.count, stepSize: stepSize, momentum: momentum, nesterov: nesterov)
  }
}
