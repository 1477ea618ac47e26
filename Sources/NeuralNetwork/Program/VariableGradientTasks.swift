/// The separate computation of the variable gradients of a batch, in parts: those of one shard, or of some variables over
/// all shards if an operation sums over shards itself.
package struct VariableGradientTasks: Sendable {
  /// A part of the variable gradients of an operation.
  package struct Task: Sendable, Equatable {
    /// The index of the operation.
    package let operation: Int
    /// The index of the shard, or of the part of the variables.
    package let part: Int
    package let parts: Int
  }

  /// The operations that compute gradients of variables, the most expensive tasks first; with the parts of those that sum
  /// over shards themselves.
  private let operations: [(index: Int, parts: Int?)]

  package init(_ program: Program, shards: Int) {
    operations = program.operations.indices.filter(program.hasVariableGradients)
      .map { index in
        let placed = program.operations[index]
        let parts = placed.treeOperation?.gradientParts
        return (index: index, parts: parts, cost: program.operationCount(of: placed).backward / (parts ?? shards))
      }
      .sorted { ($1.cost, $0.index) < ($0.cost, $1.index) }
      .map { ($0.index, $0.parts) }
  }

  /// The number of tasks of a batch of `shards` shards.
  package func count(shards: Int) -> Int { operations.reduce(0) { $0 + ($1.parts ?? shards) } }

  /// The task with an index in 0..<count.
  package func task(_ index: Int, shards: Int) -> Task {
    var rest = index
    for operation in operations {
      let parts = operation.parts ?? shards
      if rest < parts { return Task(operation: operation.index, part: rest, parts: parts) }
      rest -= parts
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
