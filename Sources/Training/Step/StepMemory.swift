import Kernels
import NeuralNetwork

/// The memory shared by all steps of a run, and the phases that work on it.
final class StepMemory: @unchecked Sendable {
  // Sendable: each task of a phase writes its own part, and phases follow one another.
  let program: Program
  let variables: Variables
  let workers: [ShardWorker]
  let groups: ShardGroups
  let reduction: GradientReduction
  /// The loss and the metrics of each sample.
  let lossSums: SampleSums
  private let sumCount: Int
  /// The memory of the batch that workers share.
  let batch: BatchMemory
  /// The sums of batch operations.
  let batchSums: SampleSums
  let update: VariableUpdate
  private(set) var phases: [any StepPhase] = []

  init(
    configuration: TrainingConfiguration, programs: Programs, groups: ShardGroups, variables: Variables,
    kernels: KernelSet, workerCount: Int
  ) {
    program = programs.training
    self.variables = variables
    self.groups = groups
    let batch = BatchMemory(for: programs.training, capacity: configuration.batchSize)
    self.batch = batch
    workers = (0..<workerCount).map { _ in
      ShardWorker(
        configuration: configuration, programs: programs, batch: batch, kernels: kernels, groupSize: groups.size)
    }
    reduction = GradientReduction(
      count: program.plan.trainableCount, groups: groups.count(ofShards: configuration.shards), kernels: kernels)
    sumCount = configuration.sumNames.count
    lossSums = SampleSums(capacity: configuration.batchSize, width: sumCount)
    batchSums = SampleSums(capacity: configuration.batchSize, width: program.sumCount)
    update = VariableUpdate(
      program.plan, reduction: reduction, groups: groups, variables: variables, optimizer: configuration.optimizer,
      kernels: kernels)
    phases = makePhases()
    for placed in program.operations where placed.batchOperation != nil { reduction.fillWithNegativeZero(placed) }
  }

  /// With b batch operations a step has 2b + 1 phases of passes: the forward passes of all segments but the last; the
  /// last segment's forward pass, the loss, and its backward pass; the backward passes of the others. Then gradients
  /// are summed over groups of shards, and the optimizer updates the variables.
  private func makePhases() -> [any StepPhase] {
    let inner = program.segments.indices.dropLast()
    return inner.map { ForwardPhase(segment: $0, memory: self) }
      + [LossPhase(memory: self)]
      + inner.reversed().map { BackwardPhase(segment: $0, memory: self) }
      + update.phases
  }

  /// The number of groups of a step's shards.
  func groupCount(_ step: CurrentStep) -> Int { groups.count(ofShards: step.sharding.shardCount) }

  /// Sums the loss and the metrics over the batch; called once all samples are computed.
  func finishLoss(of step: CurrentStep) { lossSums.sum(samples: step.batch.count, width: sumCount) }

  /// The sums of the loss and each metric over the batch.
  var sums: UnsafePointer<Double> { lossSums.lastSum }

  /// The mean loss of the batch.
  func loss(of step: CurrentStep) -> Float { Float(sums[0] / Double(step.batch.count)) }
}
