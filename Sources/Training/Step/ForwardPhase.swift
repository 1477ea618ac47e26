import NeuralNetwork

/// The forward pass of a segment before the last, one task per group of shards; then the statistics of the batch
/// operation after it.
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
