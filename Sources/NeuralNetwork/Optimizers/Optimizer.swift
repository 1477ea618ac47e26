import Configuration
import Kernels

/// How the parameters move along the gradient.
///
/// A new optimizer is one file that conforms to this protocol, and one line in `OptimizerCatalog`.
public protocol Optimizer: Sendable {
  /// Keras' name of the class: `Adam`.
  static var className: String { get }
  /// Keras' name of the instance and the name in YAML: `adam`.
  static var name: String { get }
  static var optionKeys: [String] { get }

  /// - Throws: `ConfigurationError` with the key and the value received.
  init(options: ConfigurationReader) throws

  /// All options in Keras' words.
  var options: [ConfigurationEntry] { get }
  /// The learning rate that training starts with.
  var learningRate: Float { get }
  /// Keras' names of what the optimizer keeps for each parameter, in Keras' order: `momentum`, `velocity`.
  var slotNames: [String] { get }

  /// Moves a range of the parameters.
  ///
  /// - Parameters:
  ///   - parameters: the first of `count` values; so are the gradient and each slot.
  ///   - slots: the first value of the first slot; the others follow at `slotStride`.
  ///   - iteration: the updates made before this one.
  func update(
    parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, slots: UnsafeMutablePointer<Float>,
    slotStride: Int, count: Int, iteration: Int, learningRate: Float, kernels: KernelSet)
}

/// Every optimizer there is. A new one is registered here, on a line of its own.
public enum OptimizerCatalog {
  public static let all: [any Optimizer.Type] = [
    Adam.self
  ]
}
