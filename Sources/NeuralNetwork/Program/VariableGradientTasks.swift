/// The separate computation of the variable gradients of a batch: tasks of one operation each, for a shard or, if the
/// operation sums over shards itself, for all of them; and for a part of its variables.
package struct VariableGradientTasks: Sendable {
  /// Some variable gradients of an operation.
  package struct Task: Sendable, Equatable {
    /// The index of the operation.
    package let operation: Int
    /// The index of the shard; 0 if the operation sums over shards itself.
    package let shard: Int
    package let part: GradientPart
  }

  private struct OperationTasks {
    let index: Int
    let sumsShards: Bool
    let parts: Int
    /// The floating-point operations per task, for a sample in each shard.
    let cost: Int

    func count(shards: Int) -> Int { parts * (sumsShards ? 1 : shards) }
  }

  /// The number of tasks of equal size for each worker: some workers are late.
  private static let tasksPerWorker = 2

  /// The operations that compute gradients of variables, the most expensive tasks first.
  private let operations: [OperationTasks]

  /// - Parameters:
  ///   - shards: the maximum number of shards of a batch.
  ///   - workers: the number of workers that share the tasks.
  package init(_ program: Program, shards: Int, workers: Int) {
    let computing = program.operations.indices.filter(program.hasVariableGradients)
    let costs = computing.map { program.operationCount(of: program.operations[$0]).backward }
    let total = costs.reduce(0, +)
    operations = zip(computing, costs)
      .map { index, cost in
        let placed = program.operations[index]
        let sumsShards = placed.treeOperation != nil
        // Of a batch with a sample in each shard.
        let taskCost = sumsShards ? cost * shards : cost
        let wanted = (Self.tasksPerWorker * workers * taskCost + total * shards - 1) / max(total * shards, 1)
        let parts = max(1, min(wanted, placed.operation.gradientParts))
        return OperationTasks(index: index, sumsShards: sumsShards, parts: parts, cost: taskCost / parts)
      }
      .sorted { ($1.cost, $0.index) < ($0.cost, $1.index) }
  }

  /// The number of tasks of a batch of `shards` shards.
  package func count(shards: Int) -> Int { operations.reduce(0) { $0 + $1.count(shards: shards) } }

  /// The task with an index in 0..<count.
  package func task(_ index: Int, shards: Int) -> Task {
    var rest = index
    for operation in operations {
      let count = operation.count(shards: shards)
      if rest < count {
        return Task(
          operation: operation.index, shard: rest / operation.parts,
          part: GradientPart(index: rest % operation.parts, count: operation.parts))
      }
      rest -= count
    }
    preconditionFailure("there is no task \(index)")
  }
}

extension Program {
  /// Whether an operation computes gradients of variables, other than from sums over the batch.
  func hasVariableGradients(of index: Int) -> Bool {
    let placed = operations[index]
    return placed.variableCount > 0 && placed.batchOperation == nil && values[placed.output].needsGradient
  }

  /// Whether the variable gradients of an operation are computed for the whole batch after the passes.
  func hasSeparateVariableGradients(of index: Int) -> Bool {
    hasSeparateVariableGradients && hasVariableGradients(of: index)
  }

  /// Whether an operation sums the gradients of its variables over the whole batch itself.
  package func hasWholeGradients(of index: Int) -> Bool {
    operations[index].batchOperation != nil
      || hasSeparateVariableGradients && operations[index].treeOperation != nil
  }
}
