import Kernels
import NeuralNetwork

/// The gradients of a batch: a buffer for each group of shards, and their sum in a fixed tree.
///
/// The tree depends on the number of shards alone: ((0+1)+(2+3))+((4+5)+(6+7)). Who computed a shard, when, and with which
/// neighbours does not show in the sum.
struct GradientReduction: Sendable {
  /// The blocks in which the parameters are reduced.
  let blocks: ParameterBlocks
  private let groupGradients: FloatBuffer
  private let total: FloatBuffer
  private let stride: Int
  private let kernels: KernelSet

  /// - Parameter count: the floats of the parameter buffer.
  init(count: Int, groups: Int, kernels: KernelSet) {
    self.kernels = kernels
    stride = FloatBuffer.padded(count)
    blocks = ParameterBlocks(floats: stride)
    groupGradients = FloatBuffer(count: stride * groups)
    total = FloatBuffer(count: stride)
  }

  func gradients(ofGroup group: Int) -> UnsafeMutablePointer<Float> { groupGradients.start + group * stride }

  /// Sums a block of all groups.
  ///
  /// - Returns: the block's first gradient of the batch.
  func sum(block: Int, groups: Int) -> UnsafePointer<Float> {
    let range = blocks.range(ofBlock: block)
    kernels.sumShards(
      groupGradients.start + range.lowerBound, stride: stride, shardCount: groups,
      total: total.start + range.lowerBound, count: range.count)
    return UnsafePointer(total.start + range.lowerBound)
  }
}
