import Kernels
import NeuralNetwork

/// Updates the variables with the gradients summed by `ReducePhase`.
struct UpdatePhase: StepPhase {
  let update: VariableUpdate

  var name: String { "updates" }

  func taskCount(_ step: CurrentStep) -> Int { update.taskCount }

  func run(task: Int, worker: Int, _ step: CurrentStep) {
    let time = update.time(of: step)
    update.forEachBlock(of: task) { _, block in update.apply(block, time) }
  }

  func finish(_ step: CurrentStep) -> Bool {
    update.finish()
    return true
  }
}
