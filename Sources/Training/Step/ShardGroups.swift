import NeuralNetwork

/// Neighbouring shards that one worker computes at a time, into one buffer.
///
/// A group is a branch of the tree in which gradients are summed, so its size shows in no bit of the result. Each group
/// less saves a buffer that is written and read in every step, which counts when the parameters are many. Groups must
/// leave work for every worker, and their samples must not crowd the parameters out of the cache.
struct ShardGroups: Sendable, Equatable {
  /// The shards in a group, a power of two; the last group may have fewer.
  let size: Int

  init(size: Int) { self.size = size }

  /// - Parameter workspaceCount: the floats that a worker needs for a group of a number of shards.
  init(shards: Int, workers: Int, parameterCount: Int, workspaceCount: (_ shards: Int) -> Int) {
    /// The shards that the busiest worker computes, one after the other.
    func longest(_ size: Int) -> Int {
      let groups = (shards + size - 1) / size
      return (groups + workers - 1) / workers * size
    }
    var size = 1
    while 2 * size <= shards, longest(2 * size) <= longest(1), workspaceCount(2 * size) <= 3 * parameterCount {
      size *= 2
    }
    self.size = size
  }

  init(_ configuration: TrainingConfiguration, _ program: Program, workers: Int) {
    self.init(shards: configuration.shards, workers: workers, parameterCount: program.plan.trainableCount) {
      Workspace.count(for: program, capacity: $0 * configuration.largestShard, shards: $0)
    }
  }

  func count(ofShards shards: Int) -> Int { (shards + size - 1) / size }

  func shards(ofGroup group: Int, of shards: Int) -> Range<Int> { group * size..<min((group + 1) * size, shards) }
}
