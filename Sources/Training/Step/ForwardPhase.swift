import NeuralNetwork

/// The forward pass of a segment before the last; then the statistics of the batch operation after it.
struct ForwardPhase: StepPhase {
  let segment: Int
  unowned let memory: StepMemory

  var name: String { "forward passes" }

  func taskCount(_ step: CurrentStep) -> Int { memory.division.taskCount(step.sharding) }

  func run(task: Int, worker: Int, _ step: CurrentStep) {
    memory.workers[worker].forward(
      segment: segment, of: step, memory.division.part(ofTask: task, of: step.sharding),
      variables: memory.variables, rows: memory.batchSums)
  }

  func finish(_ step: CurrentStep) -> Bool {
    memory.finishForward(segment + 1, step)
    return true
  }
}
