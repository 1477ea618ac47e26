import Glibc
import NeuralNetwork

/// The memory that a training and its checkpoints take for their numbers, worked out before any of it is allocated.
struct MemoryNeeds {
  let bytes: Int

  init(_ configuration: TrainingConfiguration, network: Network, groups: ShardGroups, workerCount: Int) {
    let groupCount = groups.count(ofShards: configuration.shards)
    // Parameters, the optimizer's slots, the gradients of each group and their sum.
    let buffers = network.bufferCount * (2 + configuration.optimizer.slotNames.count + groupCount)
    // While a checkpoint is written: the copy of the state, the same in Keras' order, the file, and its bytes. So it is
    // with the best weights, which a callback may keep.
    let checkpoint = 4 * network.bufferCount * (2 + configuration.optimizer.slotNames.count)
    let workspace = NetworkWorkspace.count(
      for: network, capacity: groups.size * configuration.largestShard, shards: groups.size)
    bytes = (buffers + checkpoint + workspace * workerCount) * MemoryLayout<Float>.size
  }

  /// What this process may have: the machine's memory, or less if its limits say so.
  static var available: Int {
    var limit = rlimit()
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return machine }
    return Int(min(limit.rlim_cur, rlim_t(machine)))
  }

  /// - Throws: `TrainingError.tooLarge`.
  func check() throws {
    guard bytes <= Self.available else { throw TrainingError.tooLarge(bytes: bytes, available: Self.available) }
  }
}
