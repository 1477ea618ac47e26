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
  /// Keras' names of its own slots of each variable, in Keras' order: `momentum`, `velocity`.
  var ownSlotNames: [String] { get }
  /// The order in which Keras' files have them: by variable, unless it says otherwise.
  var ownSlotOrder: SlotOrder { get }
  /// The value with which one of its own slots starts; 0 by default.
  func initialValue(ofOwnSlot slot: Int) -> Float
  /// Numbers that Keras' files have after the slots, as functions of the number of updates made. They are written for
  /// Keras, and never read.
  func scalars(iteration: Int) -> [Float]

  /// The corrected learning rate of a step; computed once per step. The learning rate itself by default.
  ///
  /// - Parameter iteration: the number of updates before this one.
  func stepSize(iteration: Int, learningRate: Float) -> Float

  /// Updates a part of a variable. The slots of the block are the optimizer's own.
  func update(_ block: VariableBlock, stepSize: Float)
}

extension Optimizer {
  public var ownSlotOrder: SlotOrder { SlotOrder(sizes: ownSlotNames.isEmpty ? [] : [ownSlotNames.count]) }
  public func initialValue(ofOwnSlot slot: Int) -> Float { 0 }
  public func scalars(iteration: Int) -> [Float] { [] }

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

extension Optimizer {
  /// The names of all slots of each variable, in the order of Keras' files: those of the common options, then its own.
  public var slotNames: [String] { updateOptions.slotNames + ownSlotNames }

  /// The order of all slots in Keras' files.
  public var slotOrder: SlotOrder {
    SlotOrder(sizes: updateOptions.slotNames.map { _ in 1 } + ownSlotOrder.sizes)
  }

  /// The value with which a slot starts.
  package func initialValue(ofSlot slot: Int) -> Float {
    let own = slot - updateOptions.slotNames.count
    return own < 0 ? 0 : initialValue(ofOwnSlot: own)
  }
}
