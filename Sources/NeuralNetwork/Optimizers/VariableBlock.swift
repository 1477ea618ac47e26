import Configuration
import Kernels

/// A part of a trainable variable, its gradient and its slots.
public struct VariableBlock {
  /// The values of the variable.
  public let values: UnsafeMutablePointer<Float>
  /// The gradient of the values; may be overwritten.
  public let gradient: UnsafeMutablePointer<Float>
  /// The number of values.
  public let count: Int
  /// The number of updates before this one.
  public let iteration: Int
  package let kernels: KernelSet
  private let slots: UnsafeMutablePointer<Float>
  private let slotStride: Int

  /// - Parameters:
  ///   - slots: the first value of the first slot; the others follow at `slotStride`.
  package init(
    values: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>, slots: UnsafeMutablePointer<Float>,
    slotStride: Int, count: Int, iteration: Int, kernels: KernelSet
  ) {
    self.values = values
    self.gradient = gradient
    self.slots = slots
    self.slotStride = slotStride
    self.count = count
    self.iteration = iteration
    self.kernels = kernels
  }

  /// The values of the slot at an index in `Optimizer.ownSlotNames`.
  public func slot(_ index: Int) -> UnsafeMutablePointer<Float> { slots + index * slotStride }
}
