import Kernels
import NeuralNetwork

/// The update of all variables, block by block.
struct VariableUpdate: Sendable {
  /// The iteration of an update and its number of gradient buffers.
  struct Time: Sendable {
    let buffers: Int
    let learningRate: Float
    let stepSize: Float
    /// The number of updates before this step.
    let iteration: Int
    /// Whether the step updates variables; if not, it accumulates gradients.
    let isUpdate: Bool
  }

  let norms: GradientNorms
  let penalties: WeightPenalties
  private let blocks: UpdateBlocks
  private let reduction: GradientReduction
  private let division: StepDivision
  /// For each trainable variable, the distance of its place in a gradient buffer from its place in their sum; nil if its
  /// gradient is whole.
  private let shifts: [Int?]
  private let variables: Variables
  private let optimizer: any Optimizer
  private let options: UpdateOptions
  /// The index of the first of the optimizer's own slots.
  private let firstOwnSlot: Int
  /// For each trainable variable, whether weight decay applies.
  private let decays: [Bool]
  /// For each trainable variable, the factor of its learning rate.
  private let multipliers: [Float]
  private let kernels: KernelSet

  init(
    _ program: Program, reduction: GradientReduction, division: StepDivision, variables: Variables,
    optimizer: any Optimizer, kernels: KernelSet
  ) {
    let plan = program.plan
    blocks = UpdateBlocks(plan)
    options = optimizer.updateOptions
    firstOwnSlot = optimizer.updateOptions.slotNames.count
    norms = GradientNorms(blocks, variableCount: plan.trainableVariables.count, clipping: options.clipping)
    penalties = WeightPenalties(blocks, plan.trainableVariables)
    decays = plan.trainableVariables.map(options.decays)
    multipliers = plan.trainableVariables.map(options.learningRateMultiplier)
    self.reduction = reduction
    self.division = division
    shifts = plan.trainableVariables.map { variable in
      program.operations.firstIndex { $0.trainableRange.contains(variable.offset) }
        .flatMap(reduction.shift(ofOperation:))
    }
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
    let (updates, isUpdate) = options.updates(beforeStep: iteration)
    return Time(
      buffers: division.gradientCount(ofShards: shards), learningRate: learningRate,
      stepSize: optimizer.stepSize(iteration: updates, learningRate: learningRate), iteration: updates,
      isUpdate: isUpdate)
  }

  /// Sums the gradients of a block over groups of shards or shards, adds those of its penalty, and sums over batches if
  /// gradients are accumulated.
  func reduce(_ block: UpdateBlocks.Block, at index: Int, _ time: Time) {
    if let shift = shifts[block.variable] { reduction.sum(block.range, shift: shift, buffers: time.buffers) }
    penalties.add(
      block, at: index, values: variables.parameters.start + block.range.lowerBound, gradient: gradient(of: block))
    if options.accumulationSteps != nil { accumulate(block, time) }
  }

  /// a ← g + a; in an update g ← (g + a) / k and a ← 0 instead.
  private func accumulate(_ block: UpdateBlocks.Block, _ time: Time) {
    let (accumulator, gradient) = (slot(options.movingAverage == nil ? 0 : 1, of: block), gradient(of: block))
    let batches = Float(options.accumulationSteps ?? 1)
    for index in 0..<block.range.count {
      let sum = gradient[index] + accumulator[index]
      accumulator[index] = time.isUpdate ? 0 : sum
      if time.isUpdate { gradient[index] = sum / batches }
    }
  }

  /// The values of a block in one of the slots.
  private func slot(_ index: Int, of block: UpdateBlocks.Block) -> UnsafeMutablePointer<Float> {
    variables.slots.start + index * variables.slotStride + block.range.lowerBound
  }

  /// Updates a block if the step is an update, and its moving average.
  func apply(_ block: UpdateBlocks.Block, _ time: Time) {
    if time.isUpdate { update(block, time) }
    if let average = options.movingAverage { self.average(block, average, time) }
  }

  private func average(_ block: UpdateBlocks.Block, _ options: UpdateOptions.MovingAverage, _ time: Time) {
    let (values, averages) = (variables.parameters.start + block.range.lowerBound, slot(0, of: block))
    let kept: Float = time.iteration == 0 ? 0 : Float(options.momentum)
    for index in 0..<block.range.count { averages[index] = kept * averages[index] + (1 - kept) * values[index] }
    if let frequency = options.overwriteFrequency, (time.iteration + 1) % frequency == 0 {
      values.update(from: averages, count: block.range.count)
    }
  }

  /// Clips, decays and updates a block.
  private func update(_ block: UpdateBlocks.Block, _ time: Time) {
    let (first, count) = (block.range.lowerBound, block.range.count)
    let (values, gradient) = (variables.parameters.start + first, gradient(of: block))
    switch options.clipping {
    case .value(let limit):
      for index in 0..<count { gradient[index] = min(max(gradient[index], -limit), limit) }
    case .norm, .globalNorm:
      kernels.scale(gradient, by: norms.factor(ofVariable: block.variable), count: count)
    case nil: break
    }
    let multiplier = multipliers[block.variable]
    let rate = multiplier == 1 ? time.learningRate : multiplier * time.learningRate
    if let decay = options.weightDecay, decays[block.variable] {
      kernels.decay(values, by: decay, rate: rate, count: count)
    }
    optimizer.update(
      VariableBlock(
        values: values, gradient: gradient, slots: slot(firstOwnSlot, of: block),
        slotStride: variables.slotStride, count: count, iteration: time.iteration, kernels: kernels),
      stepSize: multiplier == 1 ? time.stepSize : optimizer.stepSize(iteration: time.iteration, learningRate: rate))
  }

  /// Completes the step: the state variables get their next values.
  func finish() { variables.takeNextState() }
}
