import Kernels
import NeuralNetwork

/// Sums gradients over groups of shards, and their squares.
struct ReducePhase: StepPhase {
  let update: VariableUpdate

  var name: String { "sums of gradients" }

  func taskCount(_ step: CurrentStep) -> Int { update.taskCount }

  func run(task: Int, worker: Int, _ step: CurrentStep) {
    let time = update.time(of: step)
    update.forEachBlock(of: task) { index, block in
      update.reduce(block, at: index, time)
      update.norms.square(block, at: index, gradient: update.gradient(of: block))
    }
  }

  func finish(_ step: CurrentStep) -> Bool {
    update.penalties.finish()
    update.norms.finish()
    return true
  }
}
