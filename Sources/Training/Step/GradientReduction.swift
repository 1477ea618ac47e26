import Kernels
import NeuralNetwork

/// The gradients of a batch: a buffer per group of shards, and their sum in a fixed tree.
///
/// The tree depends only on the number of shards: ((0+1)+(2+3))+((4+5)+(6+7)). The sum does not depend on which worker
/// computed a shard, when, or in which group.
struct GradientReduction: Sendable {
  private let groupGradients: FloatBuffer
  private let total: FloatBuffer
  private let stride: Int
  private let kernels: KernelSet

  /// - Parameter count: the number of floats in the trainable variables.
  init(count: Int, groups: Int, kernels: KernelSet) {
    self.kernels = kernels
    stride = FloatBuffer.aligned(count)
    groupGradients = FloatBuffer(count: stride * groups)
    total = FloatBuffer(count: stride)
  }

  func gradients(ofGroup group: Int) -> UnsafeMutablePointer<Float> { groupGradients.start + group * stride }

  /// Prepares the gradients of a batch operation, which are not summed over groups: the first group has the complete
  /// gradient, and −0 in all others does not change a bit of it.
  func fillWithNegativeZero(_ placed: PlacedOperation) {
    for first in Swift.stride(from: placed.variableOffset, to: groupGradients.count, by: stride) {
      (groupGradients.start + first).update(repeating: -0.0, count: placed.variableCount)
    }
  }

  /// Sums a range over all groups.
  func sum(_ range: Range<Int>, groups: Int) {
    kernels.sumShards(
      groupGradients.start + range.lowerBound, stride: stride, shardCount: groups,
      total: total.start + range.lowerBound, count: range.count)
  }

  /// The summed gradient, starting at a float offset.
  func total(from offset: Int) -> UnsafeMutablePointer<Float> { total.start + offset }
}
