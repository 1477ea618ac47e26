import Kernels
import NeuralNetwork

/// One step of training: the mission of the whole package.
///
/// Nothing is allocated in it.
final class TrainStep {
  private let configuration: TrainingConfiguration
  private let kernels: KernelSet
  private let team: WorkerTeam
  private let workers: [ShardWorker]
  private let reduction: GradientReduction
  private let shardSums: ShardSums

  init(
    configuration: TrainingConfiguration, network: Network, kernels: KernelSet, team: WorkerTeam,
    workers: [ShardWorker]
  ) {
    self.configuration = configuration
    self.kernels = kernels
    self.team = team
    self.workers = workers
    reduction = GradientReduction(count: network.bufferCount, shards: configuration.shards, kernels: kernels)
    shardSums = ShardSums(tasks: configuration.shards, sums: configuration.sumNames.count)
  }

  /// Learns from one batch, and adds its loss and metrics to `sums`.
  ///
  /// - Returns: the batch's loss.
  func callAsFunction(
    _ batch: SampleSlice, variables: Variables, iteration: Int, learningRate: Float, sums: inout RunningSums
  ) -> Float {
    let (workers, reduction, shardSums, optimizer) = (workers, reduction, shardSums, configuration.optimizer)
    let sharding = BatchSharding(sampleCount: batch.count, shards: configuration.shards)

    // Each shard's gradient, in a buffer of its own.
    team.perform(tasks: sharding.shardCount) { worker, shard in
      workers[worker].train(
        batch.part(sharding.range(ofShard: shard)), batchCount: batch.count, parameters: variables.parameters.start,
        gradients: reduction.gradients(ofShard: shard), sums: shardSums[shard])
    }

    // Their sum in a fixed tree, and the optimizer's update, block by block.
    team.perform(tasks: reduction.blocks) { [kernels] _, block in
      let range = reduction.range(ofBlock: block)
      optimizer.update(
        parameters: variables.parameters.start + range.lowerBound,
        gradient: reduction.sum(block: block, shards: sharding.shardCount),
        slots: variables.slots.start + range.lowerBound, slotStride: variables.slotStride, count: range.count,
        iteration: iteration, learningRate: learningRate, kernels: kernels)
    }

    return sums.add(shardSums, tasks: sharding.shardCount, samples: batch.count)
  }
}
