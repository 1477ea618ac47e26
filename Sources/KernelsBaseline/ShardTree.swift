/// The tree in which the sums of shards are added: ((0+1)+(2+3))+((4+5)+(6+7)).
///
/// `sumShards` adds buffers in this tree. A kernel that computes shard after shard follows it with one buffer a level: it
/// puts the sum of a shard to the upper end of `levels`, and then adds each of these levels to the one below. In the end
/// level 0 holds the sum of all. Runs of 2, 4, 8… shards, starting at a multiple of their number, are branches of the
/// tree: they can be summed on their own, and their sums by `sumShards`, without a difference in any bit.
public enum ShardTree {
  @_transparent
  public static func levels(at shard: Int, of shards: Int) -> Range<Int> {
    // As many levels are in use as the number of shards before has bits set.
    let top = shard.nonzeroBitCount
    return (shard + 1 == shards ? 0 : (shard + 1).nonzeroBitCount - 1)..<top
  }
}
