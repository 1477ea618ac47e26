/// The summation tree over shards: ((0+1)+(2+3))+((4+5)+(6+7)).
///
/// `sumShards` adds buffers in this tree. A kernel that processes shards in order uses one buffer per level: it writes
/// the sum of a shard to the upper end of `levels`, then adds each of these levels to the one below. In the end level 0
/// holds the total. Runs of 2, 4, 8… shards that start at a multiple of their length are subtrees: they can be summed
/// separately, and their sums by `sumShards`, with the same bits.
public enum ShardTree {
  /// The levels to combine after a shard, whose sum is written to the upper end.
  @_transparent
  public static func levels(at shard: Int, of shards: Int) -> Range<Int> {
    // The number of levels in use is the number of bits set in the number of earlier shards.
    let top = shard.nonzeroBitCount
    return (shard + 1 == shards ? 0 : (shard + 1).nonzeroBitCount - 1)..<top
  }
}
