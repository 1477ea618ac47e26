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

  /// The values of the slot at an index in `Optimizer.slotNames`.
  public func slot(_ index: Int) -> UnsafeMutablePointer<Float> { slots + index * slotStride }
}
