/// The division of a batch into shards: a function of the run alone, so that it is the same on every machine.
package struct BatchSharding: Sendable, Equatable {
  /// The number of samples in the batch.
  package let sampleCount: Int
  /// The number of shards; less than requested only if the batch has fewer samples.
  package let shardCount: Int

  package init(sampleCount: Int, shards: Int) {
    precondition(sampleCount > 0 && shards > 0, "cannot split \(sampleCount) samples into \(shards) shards")
    self.sampleCount = sampleCount
    shardCount = min(shards, sampleCount)
  }

  /// The samples of a shard, relative to the batch. No shard is empty, and sizes differ by at most one.
  package func range(ofShard shard: Int) -> Range<Int> {
    sampleCount * shard / shardCount..<sampleCount * (shard + 1) / shardCount
  }

  /// The samples of adjacent shards.
  package func range(ofShards shards: Range<Int>) -> Range<Int> {
    range(ofShard: shards.lowerBound).lowerBound..<range(ofShard: shards.upperBound - 1).upperBound
  }

  /// The number of samples in the largest shard.
  package var largestShard: Int { (sampleCount + shardCount - 1) / shardCount }
}
