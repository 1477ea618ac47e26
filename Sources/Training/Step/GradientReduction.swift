import Kernels
import NeuralNetwork

/// The gradients of a batch: a buffer for each group of shards, and their sum in a fixed tree.
///
/// The tree depends on the number of shards alone: ((0+1)+(2+3))+((4+5)+(6+7)). Who computed a shard, when, and with which
/// neighbors does not show in the sum.
struct GradientReduction: Sendable {
  private let groupGradients: FloatBuffer
  private let total: FloatBuffer
  private let stride: Int
  private let kernels: KernelSet

  /// - Parameter count: the floats of the trainable variables.
  init(count: Int, groups: Int, kernels: KernelSet) {
    self.kernels = kernels
    stride = FloatBuffer.aligned(count)
    groupGradients = FloatBuffer(count: stride * groups)
    total = FloatBuffer(count: stride)
  }

  func gradients(ofGroup group: Int) -> UnsafeMutablePointer<Float> { groupGradients.start + group * stride }

  /// Prepares the gradients of a batch operation, which are not summed over groups: that of the first group is whole, and
  /// −0 in all others changes no bit of it.
  func fillWithNegativeZero(_ placed: PlacedOperation) {
    for first in Swift.stride(from: placed.variableOffset, to: groupGradients.count, by: stride) {
      (groupGradients.start + first).update(repeating: -0.0, count: placed.variableCount)
    }
  }

  /// Sums a range of all groups.
  func sum(_ range: Range<Int>, groups: Int) {
    kernels.sumShards(
      groupGradients.start + range.lowerBound, stride: stride, shardCount: groups,
      total: total.start + range.lowerBound, count: range.count)
  }

  /// The summed gradient from a float on.
  func total(from offset: Int) -> UnsafeMutablePointer<Float> { total.start + offset }
}
