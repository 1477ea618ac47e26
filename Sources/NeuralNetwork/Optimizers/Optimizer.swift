import Configuration
import Kernels

/// An optimizer: computes updates of variables from their gradients.
///
/// A new optimizer is one file that conforms to this protocol, and one line in `OptimizerCatalog.swift`.
public protocol Optimizer: Configurable {
  /// Keras' class name: `Adam`.
  static var className: String { get }
  /// Keras' instance name and the name in YAML: `adam`.
  static var name: String { get }
  /// The initial learning rate.
  var learningRate: Float { get }
  /// Weight decay and clipping, common to all optimizers.
  var updateOptions: UpdateOptions { get set }
  /// Keras' names of the slots of each variable, in Keras' order: `momentum`, `velocity`.
  var slotNames: [String] { get }
  /// The order in which Keras' files have them: by variable, unless it says otherwise.
  static var slotOrder: SlotOrder { get }

  /// The corrected learning rate of a step; computed once per step. The learning rate itself by default.
  ///
  /// - Parameter iteration: the number of updates before this one.
  func stepSize(iteration: Int, learningRate: Float) -> Float

  /// Updates a part of a variable.
  func update(_ block: VariableBlock, stepSize: Float)
}

extension Optimizer {
  public static var slotOrder: SlotOrder { .byVariable }

  public func stepSize(iteration: Int, learningRate: Float) -> Float { learningRate }

  /// Reads its own options and those common to all optimizers.
  public init(options reader: ConfigurationReader) throws {
    self = try .read(reader)
    updateOptions = try UpdateOptions(options: reader, weightDecay: updateOptions.weightDecay)
  }

  /// The keys of all options, its own first.
  public static var allOptionKeys: [String] { optionKeys + UpdateOptions.keys }
  /// All options with Keras' names.
  public var allOptions: [ConfigurationEntry] { options + updateOptions.entries }
}
