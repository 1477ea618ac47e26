import Kernels
import NeuralNetwork

/// The update of all variables, block by block.
struct VariableUpdate: Sendable {
  /// The iteration of an update and its number of gradient groups.
  struct Time: Sendable {
    let groups: Int
    let learningRate: Float
    let stepSize: Float
  }

  let norms: GradientNorms
  private let blocks: UpdateBlocks
  private let reduction: GradientReduction
  private let groups: ShardGroups
  private let variables: Variables
  private let optimizer: any Optimizer
  private let options: UpdateOptions
  /// For each trainable variable, whether weight decay applies.
  private let decays: [Bool]
  private let kernels: KernelSet

  init(
    _ plan: ModelPlan, reduction: GradientReduction, groups: ShardGroups, variables: Variables,
    optimizer: any Optimizer, kernels: KernelSet
  ) {
    blocks = UpdateBlocks(plan)
    options = optimizer.updateOptions
    norms = GradientNorms(blocks, variableCount: plan.trainableVariables.count, clipping: options.clipping)
    decays = plan.trainableVariables.map(options.decays)
    self.reduction = reduction
    self.groups = groups
    self.variables = variables
    self.optimizer = optimizer
    self.kernels = kernels
  }

  /// The phases of an update.
  var phases: [any StepPhase] {
    switch options.clipping {
    case .norm, .globalNorm: [ReducePhase(update: self), UpdatePhase(update: self)]
    case .value, nil: [ReduceAndUpdatePhase(update: self)]
    }
  }

  var taskCount: Int { blocks.tasks.count }

  func forEachBlock(of task: Int, _ body: (_ index: Int, _ block: UpdateBlocks.Block) -> Void) {
    for index in blocks.tasks[task] { body(index, blocks.blocks[index]) }
  }

  func gradient(of block: UpdateBlocks.Block) -> UnsafeMutablePointer<Float> {
    reduction.total(from: block.range.lowerBound)
  }

  func time(of step: CurrentStep) -> Time {
    time(shards: step.sharding.shardCount, iteration: step.iteration, learningRate: step.learningRate)
  }

  func time(shards: Int, iteration: Int, learningRate: Float) -> Time {
    Time(
      groups: groups.count(ofShards: shards), learningRate: learningRate,
      stepSize: optimizer.stepSize(iteration: iteration, learningRate: learningRate))
  }

  func reduce(_ block: UpdateBlocks.Block, _ time: Time) { reduction.sum(block.range, groups: time.groups) }

  /// Clips, decays and updates a block.
  func apply(_ block: UpdateBlocks.Block, _ time: Time) {
    let (first, count) = (block.range.lowerBound, block.range.count)
    let (values, gradient) = (variables.parameters.start + first, gradient(of: block))
    switch options.clipping {
    case .value(let limit):
      for index in 0..<count { gradient[index] = min(max(gradient[index], -limit), limit) }
    case .norm, .globalNorm:
      kernels.scale(gradient, by: norms.factor(ofVariable: block.variable), count: count)
    case nil: break
    }
    if let decay = options.weightDecay, decays[block.variable] {
      kernels.decay(values, by: decay, rate: time.learningRate, count: count)
    }
    optimizer.update(
      VariableBlock(
        values: values, gradient: gradient, slots: variables.slots.start + first, slotStride: variables.slotStride,
        count: count, kernels: kernels),
      stepSize: time.stepSize)
  }

  /// Completes the step: the state variables get their next values.
  func finish() { variables.takeNextState() }
}
