import Kernels
import NeuralNetwork

/// Some steps of training, one after the other: the mission of the whole package.
///
/// A step has two phases. In the first the workers compute the gradients of the batch's shards, each group of shards in
/// a buffer of its own. In the second they sum these buffers in a fixed tree and let the optimizer update the
/// parameters, block by block. Nothing is allocated in either.
final class TrainStep: PhasedWork, @unchecked Sendable {
  // Sendable: what `beginPhase` writes is only read until all tasks are done; each task writes its own part of memory.
  private let configuration: TrainingConfiguration
  private let kernels: KernelSet
  private let memory: StepMemory
  private let variables: Variables
  /// The samples of the epoch, in its order.
  private let samples: SampleSlice
  private let limit: StepLimit

  /// Where the run stands.
  private(set) var state: RunState
  /// The mean loss of each batch.
  private(set) var losses: [Float] = []
  /// The batch at which the steps ended, if its loss is no number. Its step was not made.
  private(set) var nonfinite: NonfiniteBatch?
  private var phase: Phase?
  private var batch: SampleSlice
  private var sharding: BatchSharding

  private enum Phase { case gradients, update }

  /// - Parameters:
  ///   - state: as it is before the first of the steps; its epoch has steps left.
  ///   - limit: says when to stop. The epoch's end is a limit of its own.
  init(
    _ configuration: TrainingConfiguration, kernels: KernelSet, memory: StepMemory, variables: Variables,
    samples: SampleSlice, state: RunState, limit: StepLimit
  ) {
    self.configuration = configuration
    self.kernels = kernels
    self.memory = memory
    self.variables = variables
    self.samples = samples
    self.state = state
    self.limit = limit
    batch = samples
    sharding = BatchSharding(sampleCount: samples.count, shards: configuration.shards)
    losses.reserveCapacity(limit.steps)
    // The sums are the trainer's too: copy them now, not in the first step that adds to them.
    self.state.sums.values.reserveCapacity(state.sums.values.count)
  }

  func beginPhase() -> Int? {
    switch phase {
    case .gradients:
      guard batchLoss.isFinite else {
        nonfinite = nonfiniteBatch()
        return nil
      }
      phase = .update
      return memory.reduction.blocks.count
    case .update:
      endStep()
      return isDone ? nil : beginStep()
    case nil:
      return beginStep()
    }
  }

  func run(task: Int, worker: Int) {
    if phase == .gradients {
      computeGradients(ofGroup: task, worker: worker)
    } else {
      updateParameters(ofBlock: task)
    }
  }

  private func beginStep() -> Int {
    batch = samples.batch(state.stepInEpoch, size: configuration.batchSize)
    sharding = BatchSharding(sampleCount: batch.count, shards: configuration.shards)
    phase = .gradients
    if let schedule = configuration.learningRateSchedule {
      state.learningRate = schedule.rate(configuration.optimizer.learningRate, step: state.step)
    }
    return memory.groups.count(ofShards: sharding.shardCount)
  }

  private func computeGradients(ofGroup group: Int, worker: Int) {
    memory.workers[worker].train(
      batch, sharding: sharding, shards: memory.groups.shards(ofGroup: group, of: sharding.shardCount),
      parameters: variables.parameters.start, gradients: memory.reduction.gradients(ofGroup: group),
      sums: memory.shardSums)
  }

  private func updateParameters(ofBlock block: Int) {
    memory.update(
      block: block, groups: memory.groups.count(ofShards: sharding.shardCount), variables: variables,
      optimizer: configuration.optimizer, iteration: state.step, learningRate: state.learningRate, kernels: kernels)
  }

  private func endStep() {
    losses.append(state.sums.add(memory.shardSums, tasks: sharding.shardCount, samples: batch.count))
    state.step += 1
    state.stepInEpoch += 1
  }

  /// The mean loss of the batch whose gradients were computed.
  private var batchLoss: Float {
    Float(memory.shardSums.loss(tasks: sharding.shardCount) / Double(batch.count))
  }

  private func nonfiniteBatch() -> NonfiniteBatch {
    NonfiniteBatch(
      step: state.step + 1, epoch: state.epoch + 1, loss: batchLoss,
      samples: (0..<batch.count).map { batch.index(at: $0) })
  }

  private var isDone: Bool {
    state.stepInEpoch * configuration.batchSize >= samples.count || limit.isReached(after: losses.count)
  }
}

/// The memory that all steps of a run share.
struct StepMemory: Sendable {
  let workers: [ShardWorker]
  let groups: ShardGroups
  let reduction: GradientReduction
  let shardSums: ShardSums

  /// - Throws: `TrainingError.tooLarge`.
  init(configuration: TrainingConfiguration, network: Network, kernels: KernelSet, workerCount: Int) throws {
    let groups = ShardGroups(
      shards: configuration.shards, workers: workerCount, parameterCount: network.bufferCount
    ) {
      NetworkWorkspace.count(for: network, capacity: $0 * configuration.largestShard, shards: $0)
    }
    try MemoryNeeds(configuration, network: network, groups: groups, workerCount: workerCount).check()
    self.groups = groups
    workers = (0..<workerCount).map { _ in
      ShardWorker(configuration: configuration, network: network, kernels: kernels, groupSize: groups.size)
    }
    reduction = GradientReduction(
      count: network.bufferCount, groups: groups.count(ofShards: configuration.shards), kernels: kernels)
    shardSums = ShardSums(tasks: configuration.shards, sums: configuration.sumNames.count)
  }
}

extension StepMemory {
  /// Sums the gradients of a block of parameters, and lets the optimizer update them.
  func update(
    block: Int, groups: Int, variables: Variables, optimizer: any Optimizer, iteration: Int, learningRate: Float,
    kernels: KernelSet
  ) {
    let range = reduction.blocks.range(ofBlock: block)
    optimizer.update(
      parameters: variables.parameters.start + range.lowerBound, gradient: reduction.sum(block: block, groups: groups),
      slots: variables.slots.start + range.lowerBound, slotStride: variables.slotStride, count: range.count,
      iteration: iteration, learningRate: learningRate, kernels: kernels)
  }
}

/// When to stop making steps, and look after other things.
struct StepLimit: Sendable {
  /// The most steps.
  let steps: Int
  let deadline: ContinuousClock.Instant
  let requests: RunRequests

  func isReached(after steps: Int) -> Bool {
    steps >= self.steps || requests.isPending || ContinuousClock.now >= deadline
  }
}

extension SampleSlice {
  /// A batch of the slice; the last one may be shorter.
  func batch(_ index: Int, size: Int) -> SampleSlice { part(index * size..<min((index + 1) * size, count)) }
}
