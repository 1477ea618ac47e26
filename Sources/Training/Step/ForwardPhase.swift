import NeuralNetwork

/// The forward pass of a segment before the last, a group of shards a task; then the statistics of the batch operation behind
/// it.
struct ForwardPhase: StepPhase {
  let segment: Int
  unowned let memory: StepMemory

  func taskCount(_ step: CurrentStep) -> Int { memory.groupCount(step) }

  func run(task: Int, worker: Int, _ step: CurrentStep) {
    memory.workers[worker].forward(
      segment: segment, of: step, shards: memory.groups.shards(ofGroup: task, of: step.sharding.shardCount),
      variables: memory.variables, rows: memory.batchSums)
  }

  func finish(_ step: CurrentStep) -> Bool {
    memory.finishForward(segment + 1, step)
    return true
  }
}

/// The forward pass of the last segment, the loss, and the segment's backward pass, a group of shards a task.
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

  /// A batch whose loss is not finite ends the step.
  func finish(_ step: CurrentStep) -> Bool {
    memory.finishLoss(of: step)
    guard memory.loss(of: step).isFinite else { return false }
    memory.finishBackward(segment, step)
    return true
  }
}

/// The backward pass of a segment before the last, from that of the batch operation behind it, a group of shards a task.
struct BackwardPhase: StepPhase {
  let segment: Int
  unowned let memory: StepMemory

  func taskCount(_ step: CurrentStep) -> Int { memory.groupCount(step) }

  func run(task: Int, worker: Int, _ step: CurrentStep) {
    memory.workers[worker].backward(
      segment: segment, of: step, shards: memory.groups.shards(ofGroup: task, of: step.sharding.shardCount),
      variables: memory.variables, gradients: memory.reduction.gradients(ofGroup: task), rows: memory.batchSums)
  }

  func finish(_ step: CurrentStep) -> Bool {
    memory.finishBackward(segment, step)
    return true
  }
}
