import NeuralNetwork

/// The forward pass of the last segment, the loss, and the segment's backward pass.
struct LossPhase: StepPhase {
  unowned let memory: StepMemory

  private var segment: Int { memory.program.segments.count - 1 }

  var name: String { "forward and backward passes" }

  func taskCount(_ step: CurrentStep) -> Int { memory.division.taskCount(step.sharding) }

  func run(task: Int, worker: Int, _ step: CurrentStep) {
    memory.workers[worker].train(
      lastSegment: segment, of: step, memory.division.part(ofTask: task, of: step.sharding),
      variables: memory.variables, gradients: memory.gradients(ofTask: task), sums: memory.lossSums,
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
