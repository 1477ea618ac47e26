/// A model ready to be computed: its operations in order, the values that pass between them, and the place of each
/// variable.
///
/// It holds no numbers. Variables lie in flat buffers of `plan.trainableCount` and `plan.stateCount` floats that the caller
/// owns, values in a `Workspace`.
package struct Program: Sendable {
  package let plan: ModelPlan
  package let mode: Pass.Mode
  package let operations: [PlacedOperation]
  /// The operations that are computed without a break. Each segment but the first begins with a `BatchOperation`, whose
  /// sums are complete when all samples of the batch have passed the segment before.
  package let segments: [Range<Int>]
  /// The values that pass between operations: that of number 0 is the model's input.
  let values: [Value]
  /// The number of the model's output.
  let output: Int
  /// Whether the output is the argument of the model's final softmax, which is left to the loss and the caller.
  package let isLogits: Bool
  /// The order in memory of each of `plan.variables`.
  package let layouts: [ParameterLayout]

  /// What an operation computes for each sample.
  struct Value: Sendable {
    /// The floats of a sample.
    let count: Int
    /// Whether it depends on a trainable variable.
    let needsGradient: Bool
  }

  /// The layers that an operation computes: `conv2d + max_pooling2d`.
  package func layerNames(of operation: PlacedOperation) -> String {
    operation.layers.map { plan.nodes[$0].name }.joined(separator: " + ")
  }

  /// The operation with which a segment begins; nil for the first segment.
  package func batchOperation(ofSegment segment: Int) -> PlacedOperation? {
    segment == 0 ? nil : operations[segments[segment].lowerBound]
  }

  /// The floats of the statistics of all operations, and the numbers of the longest row of sums.
  package var statisticsCount: Int {
    operations.reduce(0) { $0 + FloatBuffer.aligned($1.batchOperation?.statisticsCount ?? 0) }
  }
  package var sumCount: Int { operations.compactMap(\.batchOperation?.sumCount).max() ?? 0 }

  /// The operations whose weights are computed from the variables before a pass, each apart from the others.
  package var foldings: [WeightFolding] { operations.compactMap(\.folding) }
  /// The floats of all weights that are computed so.
  package var foldedCount: Int { foldings.reduce(0) { $0 + $1.count } }

  /// The floating-point operations that a sample needs in an operation.
  public func operationCount(of placed: PlacedOperation) -> OperationCount {
    let needsInputGradient = needsInputGradient(placed)
    var count = placed.operation.operations(needsInputGradient: needsInputGradient)
    guard placed.isFrozen else { return count }
    // No gradient of the weights.
    count.backward -= placed.operation.operations(needsInputGradient: false).backward
    return count
  }

  /// Whether the gradient of an operation's first input is computed.
  package func needsInputGradient(_ operation: PlacedOperation) -> Bool {
    operation.inputs.first.map { values[$0].needsGradient } ?? false
  }
}

/// An operation in a program.
package struct PlacedOperation: Sendable {
  package let operation: any Operation
  /// The positions of the layers that it computes.
  package let layers: [Int]
  /// The numbers of the values that it reads and writes.
  let inputs: [Int]
  let output: Int
  /// The offsets of its first weight and of its first moving variable, each in the buffer of its role, and the floats of
  /// its trainable variables: 0 if its layer is frozen.
  package let variableOffset: Int
  package let variableCount: Int
  package let stateOffset: Int
  /// Whether its weights are those of a frozen layer.
  let isFrozen: Bool
  /// How its weights follow from the variables; nil if they are variables.
  let folding: WeightFolding?
  /// The operation, if it sums over the shards itself, or over the batch.
  let treeOperation: (any ShardTreeOperation)?
  package let batchOperation: (any BatchOperation)?
  /// The offset of its statistics in the floats of all.
  let statisticsOffset: Int
}
