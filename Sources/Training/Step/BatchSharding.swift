/// How a batch is cut into shards: a function of the run alone, so that every machine cuts alike.
package struct BatchSharding: Sendable, Equatable {
  /// The samples of the batch.
  package let sampleCount: Int
  /// The shards it is cut into; fewer than asked for only if the batch has fewer samples.
  package let shardCount: Int

  package init(sampleCount: Int, shards: Int) {
    precondition(sampleCount > 0 && shards > 0, "cannot cut \(sampleCount) samples into \(shards) shards")
    self.sampleCount = sampleCount
    shardCount = min(shards, sampleCount)
  }

  /// The samples of one shard, counted from the batch's first. No shard is empty, and sizes differ by one at most.
  package func range(ofShard shard: Int) -> Range<Int> {
    sampleCount * shard / shardCount..<sampleCount * (shard + 1) / shardCount
  }

  /// The samples of neighbouring shards.
  package func range(ofShards shards: Range<Int>) -> Range<Int> {
    range(ofShard: shards.lowerBound).lowerBound..<range(ofShard: shards.upperBound - 1).upperBound
  }

  /// The samples of the largest shard.
  package var largestShard: Int { (sampleCount + shardCount - 1) / shardCount }
}
