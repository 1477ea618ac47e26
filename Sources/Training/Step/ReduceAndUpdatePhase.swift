import Kernels
import NeuralNetwork

/// Sums gradients over groups of shards and updates the variables in one phase: for optimizers that need no norm.
struct ReduceAndUpdatePhase: StepPhase {
  let update: VariableUpdate

  var name: String { "sums of gradients and updates" }

  func taskCount(_ step: CurrentStep) -> Int { update.taskCount }

  func run(task: Int, worker: Int, _ step: CurrentStep) {
    let time = update.time(of: step)
    update.forEachBlock(of: task) { index, block in
      update.reduce(block, at: index, time)
      update.apply(block, time)
    }
  }

  func finish(_ step: CurrentStep) -> Bool {
    update.penalties.finish()
    update.finish()
    return true
  }
}
