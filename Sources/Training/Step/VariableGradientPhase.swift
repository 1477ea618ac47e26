import NeuralNetwork

/// The variable gradients of the wide plan, after all passes: each task is of an operation, a shard and a part of the
/// variables.
struct VariableGradientPhase: StepPhase {
  unowned let memory: StepMemory
  private let tasks: VariableGradientTasks

  init(memory: StepMemory, shards: Int, workers: Int) {
    self.memory = memory
    tasks = VariableGradientTasks(memory.program, shards: shards, workers: workers)
  }

  var name: String { "gradients of variables" }

  /// A phase has at least one task, which does nothing in a model without trainable variables.
  func taskCount(_ step: CurrentStep) -> Int { max(tasks.count(shards: step.sharding.shardCount), 1) }

  func run(task: Int, worker: Int, _ step: CurrentStep) {
    let shards = step.sharding.shardCount
    guard task < tasks.count(shards: shards) else { return }
    let task = tasks.task(task, shards: shards)
    memory.workers[worker].variableGradients(
      task, of: step, variables: memory.variables,
      gradients: memory.reduction.gradients(ofShard: task.shard, operation: task.operation))
  }

  func finish(_ step: CurrentStep) -> Bool { true }
}
