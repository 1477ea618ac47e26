import NeuralNetwork

/// The backward pass of a segment before the last, starting at the batch operation after it, one task per group of
/// shards.
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
