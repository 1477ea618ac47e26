import Kernels
import NeuralNetwork

/// The memory shared by all steps of a run, and the phases that work on it.
final class StepMemory: @unchecked Sendable {
  // Sendable: each task of a phase writes its own part, and phases follow one another.
  let program: Program
  let variables: Variables
  let workers: [ShardWorker]
  let division: StepDivision
  let reduction: GradientReduction
  /// The loss and the metrics of each sample.
  let lossSums: SampleSums
  private let sumCount: Int
  private let stepSums: UnsafeMutablePointer<Double>
  private let stepSumCount: Int
  /// The memory of the batch that workers share.
  let batch: BatchMemory
  /// The sums of batch operations.
  let batchSums: SampleSums
  let update: VariableUpdate
  /// How the samples of the current batch are mixed; nil if they are not.
  let mixing: BatchMixing?
  private(set) var phases: [any StepPhase] = []

  init(
    configuration: TrainingConfiguration, programs: Programs, division: StepDivision, variables: Variables,
    kernels: KernelSet, workerCount: Int
  ) {
    program = programs.training
    self.variables = variables
    self.division = division
    let batch = BatchMemory(for: programs.training, capacity: configuration.batchSize)
    self.batch = batch
    workers = (0..<workerCount).map { _ in
      ShardWorker(
        configuration: configuration, programs: programs, batch: batch, kernels: kernels, division: division)
    }
    precondition(program.hasSeparateVariableGradients == division.isWide, "the program is not that of the plan")
    reduction = GradientReduction(
      program, bufferCount: division.gradientCount(ofShards: configuration.shards), kernels: kernels)
    sumCount = configuration.sumNames.count
    stepSumCount = configuration.sumCount(outputs: program.plan.outputShape.count)
    stepSums = .allocate(capacity: stepSumCount)
    stepSums.initialize(repeating: 0, count: stepSumCount)
    lossSums = SampleSums(capacity: configuration.batchSize, width: sumCount)
    batchSums = SampleSums(capacity: configuration.batchSize, width: program.sumCount)
    update = VariableUpdate(
      program, reduction: reduction, division: division, variables: variables, optimizer: configuration.optimizer,
      kernels: kernels)
    mixing = BatchMixing(configuration, shape: program.plan.inputShape)
    phases = makePhases(shards: configuration.shards)
  }

  /// With b batch operations a step has 2b + 1 phases of passes: the forward passes of all segments but the last; the
  /// last segment's forward pass, the loss, and its backward pass; the backward passes of the others. The wide plan
  /// computes variable gradients after them. Then gradients are summed, and the optimizer updates the variables.
  private func makePhases(shards: Int) -> [any StepPhase] {
    let inner = program.segments.indices.dropLast()
    return inner.map { ForwardPhase(segment: $0, memory: self) }
      + [LossPhase(memory: self)]
      + inner.reversed().map { BackwardPhase(segment: $0, memory: self) }
      + variableGradientPhases(shards: shards)
      + update.phases + (ConstraintPhase(program, variables).map { [$0] } ?? [])
  }

  private func variableGradientPhases(shards: Int) -> [any StepPhase] {
    guard case .wide(let slices) = division else { return [] }
    return [VariableGradientPhase(memory: self, shards: shards, workers: slices)]
  }

  /// The gradient buffer of a task of a pass; unused in the wide plan.
  func gradients(ofTask task: Int) -> UnsafeMutablePointer<Float> {
    reduction.gradients(ofGroup: division.isWide ? 0 : task)
  }

  deinit { stepSums.deallocate() }

  /// Sums the loss and the metrics over the batch; called once all samples are computed.
  func finishLoss(of step: CurrentStep) {
    stepSums.update(repeating: 0, count: stepSumCount)
    stepSums.update(from: lossSums.sum(samples: step.batch.count, width: sumCount), count: sumCount)
    for worker in workers { worker.moveCounts(to: stepSums + sumCount) }
  }

  /// Adds the penalties of weights to the loss of each sample; called at the end of the step.
  func finishStep(_ step: CurrentStep) { stepSums[0] += update.penalties.total * Double(step.batch.count) }

  /// The sums of the loss and each metric over the batch, then the counts.
  var sums: UnsafePointer<Double> { UnsafePointer(stepSums) }

  /// The mean loss of the batch.
  func loss(of step: CurrentStep) -> Float { Float(sums[0] / Double(step.batch.count)) }
}
