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
    let least = Double(ShardGroups(size: 1).longest(shards: shards, workers: workers))
    func isEven(_ size: Int) -> Bool {
      Double(ShardGroups(size: size).longest(shards: shards, workers: workers)) <= Self.unevenness * least
    }
    // A size may be less even than its double, whose last group is smaller.
    let sizes = sequence(first: 1) { 2 * $0 }.prefix { $0 <= shards && valueCount($0) <= 3 * parameterCount }
    size = sizes.last(where: isEven) ?? 1
  }

  /// The relative time that the busiest worker may take: a gradient buffer costs time too.
  private static let unevenness = 1.05

  /// The shards that the busiest worker computes, if each worker that is free claims the next group.
  func longest(shards: Int, workers: Int) -> Int {
    let (whole, rest) = shards.quotientAndRemainder(dividingBy: size)
    // The last group is claimed by a worker that has computed the fewest groups.
    return max((whole + workers - 1) / workers * size, whole / workers * size + rest)
  }

  init(_ configuration: TrainingConfiguration, _ program: Program, workers: Int) {
    self.init(shards: configuration.shards, workers: workers, parameterCount: program.plan.trainableCount) {
      Workspace.valueCount(for: program, capacity: $0 * configuration.largestShard)
    }
  }

  func count(ofShards shards: Int) -> Int { (shards + size - 1) / size }

  func shards(ofGroup group: Int, of shards: Int) -> Range<Int> { group * size..<min((group + 1) * size, shards) }
}
