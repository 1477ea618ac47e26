import Configuration
import Kernels

/// An optimizer: computes updates of variables from their gradients.
///
/// A new optimizer is one file that conforms to this protocol, and one line in `OptimizerCatalog.swift`.
public protocol Optimizer: Configurable {
  /// Keras' name of the class: `Adam`.
  static var className: String { get }
  /// Keras' name of the instance and the name in YAML: `adam`.
  static var name: String { get }
  /// The learning rate that training starts with.
  var learningRate: Float { get }
  /// Weight decay and clipping, which every optimizer has.
  var updateOptions: UpdateOptions { get set }
  /// Keras' names of what the optimizer keeps for each variable, in Keras' order: `momentum`, `velocity`.
  var slotNames: [String] { get }
  /// The order in which Keras' files have them: by variable, unless it says otherwise.
  static var slotOrder: SlotOrder { get }

  /// What the learning rate is replaced by in a step, if the optimizer corrects it; computed once a step.
  ///
  /// - Parameter iteration: the updates made before this one.
  func stepSize(iteration: Int, learningRate: Float) -> Float

  /// Updates a part of a variable.
  func update(_ block: VariableBlock, stepSize: Float)
}

extension Optimizer {
  public static var slotOrder: SlotOrder { .byVariable }

  public func stepSize(iteration: Int, learningRate: Float) -> Float { learningRate }

  /// Reads the options of its own, and those that every optimizer has.
  public init(options reader: ConfigurationReader) throws {
    self = try .read(reader)
    updateOptions = try UpdateOptions(options: reader, weightDecay: updateOptions.weightDecay)
  }

  /// The keys of all options, its own first.
  public static var allOptionKeys: [String] { optionKeys + UpdateOptions.keys }
  /// All options in Keras' words.
  public var allOptions: [ConfigurationEntry] { options + updateOptions.entries }
}

/// A part of a trainable variable, its gradient and its slots.
public struct VariableBlock {
  public let values: UnsafeMutablePointer<Float>
  /// May be overwritten.
  public let gradient: UnsafeMutablePointer<Float>
  public let count: Int
  package let kernels: KernelSet
  private let slots: UnsafeMutablePointer<Float>
  private let slotStride: Int

  /// - Parameters:
  ///   - slots: the first value of the first slot; the others follow at `slotStride`.
  package init(
    values: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>, slots: UnsafeMutablePointer<Float>,
    slotStride: Int, count: Int, kernels: KernelSet
  ) {
    self.values = values
    self.gradient = gradient
    self.slots = slots
    self.slotStride = slotStride
    self.count = count
    self.kernels = kernels
  }

  /// The values of the slot at a position in `Optimizer.slotNames`.
  public func slot(_ index: Int) -> UnsafeMutablePointer<Float> { slots + index * slotStride }
}
