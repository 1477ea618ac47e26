import Kernels

/// The division of a frame's samples into shards.
package struct ShardBounds {
  /// For each shard, the index after its last sample.
  package let ends: UnsafePointer<Int32>
  package let count: Int

  package init(ends: UnsafePointer<Int32>, count: Int) {
    self.ends = ends
    self.count = count
  }

  package var samples: Int { Int(ends[count - 1]) }

  /// The samples of a shard.
  func range(ofShard shard: Int) -> Range<Int> { (shard == 0 ? 0 : Int(ends[shard - 1]))..<Int(ends[shard]) }

  /// The floats of `levels` in `sum` for values of `floats` floats, for up to `shards` shards.
  static func levelsCount(of floats: Int, shards: Int) -> Int {
    (Int.bitWidth - shards.leadingZeroBitCount - 1) * FloatBuffer.aligned(floats)
  }

  /// Sums the results of `body` over shards, in the order of `ShardTree`.
  ///
  /// - Parameters:
  ///   - total: `floats` floats, overwritten.
  ///   - levels: `levelsCount` floats of scratch.
  ///   - body: overwrites the `floats` floats at `sum`.
  func sum(
    into total: UnsafeMutablePointer<Float>, count floats: Int, levels: UnsafeMutablePointer<Float>,
    kernels: KernelSet, _ body: (_ samples: Range<Int>, _ sum: UnsafeMutablePointer<Float>) -> Void
  ) {
    func level(_ index: Int) -> UnsafeMutablePointer<Float> {
      index == 0 ? total : levels + (index - 1) * FloatBuffer.aligned(floats)
    }
    var first = 0
    for shard in 0..<count {
      let occupied = ShardTree.levels(at: shard, of: count)
      body(first..<Int(ends[shard]), level(occupied.upperBound))
      for index in occupied.reversed() {
        let (lower, upper) = (level(index), level(index + 1))
        kernels.sumShards(lower, stride: upper - lower, shardCount: 2, total: lower, count: floats)
      }
      first = Int(ends[shard])
    }
  }
}
