/// The samples that a task of a pass computes.
struct BatchPart: Sendable {
  /// Their indices in the batch.
  let samples: Range<Int>
  /// The number of its shards; 1 for a slice, whose variable gradients are computed separately.
  let shardCount: Int
  private let shards: (first: Int, sharding: BatchSharding)?

  init(shards: Range<Int>, of sharding: BatchSharding) {
    samples = sharding.range(ofShards: shards)
    shardCount = shards.count
    self.shards = (shards.lowerBound, sharding)
  }

  init(slice: Range<Int>) {
    samples = slice
    shardCount = 1
    shards = nil
  }

  /// The index after the last sample of a shard, relative to the first sample of the part.
  func end(ofShard shard: Int) -> Int {
    guard let (first, sharding) = shards else { return samples.count }
    return sharding.range(ofShard: first + shard).upperBound - samples.lowerBound
  }
}
