import NeuralNetwork

/// The forward pass of the last segment, the loss, and the segment's backward pass, one task per group of shards.
struct LossPhase: StepPhase {
  unowned let memory: StepMemory

  private var segment: Int { memory.program.segments.count - 1 }

  func taskCount(_ step: CurrentStep) -> Int { memory.groupCount(step) }

  func run(task: Int, worker: Int, _ step: CurrentStep) {
    memory.workers[worker].train(
      lastSegment: segment, of: step, shards: memory.groups.shards(ofGroup: task, of: step.sharding.shardCount),
      variables: memory.variables, gradients: memory.reduction.gradients(ofGroup: task), sums: memory.lossSums,
      rows: memory.batchSums)
  }

  /// Ends the step if the loss of the batch is not finite.
  func finish(_ step: CurrentStep) -> Bool {
    memory.finishLoss(of: step)
    guard memory.loss(of: step).isFinite else { return false }
    memory.finishBackward(segment, step)
    return true
  }
}
