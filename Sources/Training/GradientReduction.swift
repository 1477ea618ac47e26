import Kernels
import NeuralNetwork

/// The gradients of a batch: a buffer for each shard, and their sum in a fixed tree.
///
/// The tree depends on the number of shards alone: ((0+1)+(2+3))+((4+5)+(6+7)). Who computed a shard, and when, does
/// not show in the sum.
struct GradientReduction: Sendable {
  /// The values that are reduced and used for the update at a time: small enough to stay in the first-level cache.
  static let blockCount = 2048

  private let shardGradients: FloatBuffer
  private let total: FloatBuffer
  private let stride: Int
  private let kernels: KernelSet

  /// - Parameter count: the floats of the parameter buffer.
  init(count: Int, shards: Int, kernels: KernelSet) {
    self.kernels = kernels
    stride = FloatBuffer.padded(count)
    shardGradients = FloatBuffer(count: stride * shards)
    total = FloatBuffer(count: stride)
  }

  /// The number of blocks in which the parameters are reduced.
  var blocks: Int { (stride + Self.blockCount - 1) / Self.blockCount }

  func gradients(ofShard shard: Int) -> UnsafeMutablePointer<Float> { shardGradients.start + shard * stride }

  /// The parameters of one block.
  func range(ofBlock block: Int) -> Range<Int> {
    block * Self.blockCount..<min((block + 1) * Self.blockCount, stride)
  }

  /// Sums a block of all shards.
  ///
  /// - Returns: the block's first gradient of the batch.
  func sum(block: Int, shards: Int) -> UnsafePointer<Float> {
    let range = range(ofBlock: block)
    kernels.sumShards(
      shardGradients.start + range.lowerBound, stride: stride, shardCount: shards,
      total: total.start + range.lowerBound, count: range.count)
    return UnsafePointer(total.start + range.lowerBound)
  }
}
