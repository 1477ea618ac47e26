import Kernels
import NeuralNetwork

/// The gradients of a batch: a buffer for each group of shards, and their sum in a fixed tree.
///
/// The tree depends on the number of shards alone: ((0+1)+(2+3))+((4+5)+(6+7)). Who computed a shard, when, and with which
/// neighbours does not show in the sum.
struct GradientReduction: Sendable {
  /// The values that are reduced and used for the update at a time: small enough to stay in the first-level cache.
  static let blockCount = 2048

  private let groupGradients: FloatBuffer
  private let total: FloatBuffer
  private let stride: Int
  private let kernels: KernelSet

  /// - Parameter count: the floats of the parameter buffer.
  init(count: Int, groups: Int, kernels: KernelSet) {
    self.kernels = kernels
    stride = FloatBuffer.padded(count)
    groupGradients = FloatBuffer(count: stride * groups)
    total = FloatBuffer(count: stride)
  }

  /// The number of blocks in which the parameters are reduced.
  var blocks: Int { (stride + Self.blockCount - 1) / Self.blockCount }

  func gradients(ofGroup group: Int) -> UnsafeMutablePointer<Float> { groupGradients.start + group * stride }

  /// The parameters of one block.
  func range(ofBlock block: Int) -> Range<Int> {
    block * Self.blockCount..<min((block + 1) * Self.blockCount, stride)
  }

  /// Sums a block of all groups.
  ///
  /// - Returns: the block's first gradient of the batch.
  func sum(block: Int, groups: Int) -> UnsafePointer<Float> {
    let range = range(ofBlock: block)
    kernels.sumShards(
      groupGradients.start + range.lowerBound, stride: stride, shardCount: groups,
      total: total.start + range.lowerBound, count: range.count)
    return UnsafePointer(total.start + range.lowerBound)
  }
}
