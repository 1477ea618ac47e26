import NeuralNetwork

/// The backward pass of a segment before the last, starting at the batch operation after it.
struct BackwardPhase: StepPhase {
  let segment: Int
  unowned let memory: StepMemory

  var name: String { "backward passes" }

  func taskCount(_ step: CurrentStep) -> Int { memory.division.taskCount(step.sharding) }

  func run(task: Int, worker: Int, _ step: CurrentStep) {
    memory.workers[worker].backward(
      segment: segment, of: step, memory.division.part(ofTask: task, of: step.sharding),
      variables: memory.variables, gradients: memory.gradients(ofTask: task), rows: memory.batchSums)
  }

  func finish(_ step: CurrentStep) -> Bool {
    memory.finishBackward(segment, step)
    return true
  }
}
