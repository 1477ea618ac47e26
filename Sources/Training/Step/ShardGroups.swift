import NeuralNetwork

/// Groups of adjacent shards that one worker computes at a time, into one gradient buffer.
///
/// A group is a subtree of the gradient sum, so its size does not affect a bit of the result. Fewer groups mean fewer
/// buffers to write and read in every step, which matters with many parameters. Groups must leave work for every
/// worker, and their samples must not evict the parameters from the cache.
struct ShardGroups: Sendable, Equatable {
  /// The shards per group, a power of two; the last group may have fewer.
  let size: Int

  init(size: Int) { self.size = size }

  /// - Parameter valueCount: the floats of the values and gradients of a group of `shards` shards.
  init(shards: Int, workers: Int, parameterCount: Int, valueCount: (_ shards: Int) -> Int) {
    /// The shards that the busiest worker computes, in sequence.
    func longest(_ size: Int) -> Int {
      let groups = (shards + size - 1) / size
      return (groups + workers - 1) / workers * size
    }
    var size = 1
    while 2 * size <= shards, longest(2 * size) <= longest(1), valueCount(2 * size) <= 3 * parameterCount {
      size *= 2
    }
    self.size = size
  }

  init(_ configuration: TrainingConfiguration, _ program: Program, workers: Int) {
    self.init(shards: configuration.shards, workers: workers, parameterCount: program.plan.trainableCount) {
      Workspace.valueCount(for: program, capacity: $0 * configuration.largestShard)
    }
  }

  func count(ofShards shards: Int) -> Int { (shards + size - 1) / size }

  func shards(ofGroup group: Int, of shards: Int) -> Range<Int> { group * size..<min((group + 1) * size, shards) }
}
