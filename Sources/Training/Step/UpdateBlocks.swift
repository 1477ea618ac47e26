import NeuralNetwork

/// The blocks in which variables are updated. A block is a part of one variable; a task has one large block or several
/// small ones. Block boundaries do not affect a bit of an update.
struct UpdateBlocks: Sendable {
  struct Block: Sendable {
    /// The index of the variable in `ModelPlan.trainableVariables`.
    let variable: Int
    /// The range of floats in the flat buffer of the trainable variables.
    let range: Range<Int>
  }

  /// Small enough for the L1 cache. Blocks are larger only where there would be more tasks than a phase may have.
  private static let blockSize = 2048

  let blocks: [Block]
  /// The blocks of each task.
  let tasks: [Range<Int>]

  init(_ plan: ModelPlan, blockSize smallest: Int = Self.blockSize) {
    let most = WorkerTeam.maximumTasks * smallest
    let size = smallest * max((plan.trainableCount + most - 1) / most, 1)
    var blocks: [Block] = []
    var tasks: [Range<Int>] = []
    var (first, floats) = (0, 0)
    for (index, variable) in plan.trainableVariables.enumerated() {
      for start in stride(from: 0, to: variable.shape.count, by: size) {
        let end = min(start + size, variable.shape.count)
        blocks.append(Block(variable: index, range: variable.offset + start..<variable.offset + end))
        floats += end - start
        guard floats >= size else { continue }
        tasks.append(first..<blocks.count)
        (first, floats) = (blocks.count, 0)
      }
    }
    if first < blocks.count { tasks.append(first..<blocks.count) }
    self.blocks = blocks
    self.tasks = tasks
  }
}
