/// A compiled model: its operations in order, the values between them, and the place of each variable.
///
/// It holds no data. Variables are stored in flat buffers of `plan.trainableCount` and `plan.stateCount` floats owned
/// by the caller, values in a `Workspace`.
package struct Program: Sendable {
  package let plan: ModelPlan
  package let mode: Pass.Mode
  package let operations: [PlacedOperation]
  /// The ranges of operations that run without a barrier. Each segment but the first begins with a `BatchOperation`,
  /// whose sums are complete when all samples of the batch have passed the previous segment.
  package let segments: [Range<Int>]
  /// The values between operations; index 0 is the model's input.
  let values: [Value]
  /// The index of the model's output.
  let output: Int
  /// Whether the output is the argument of the model's final softmax, which the loss or the caller applies.
  package let isLogits: Bool
  /// The memory layout of each of `plan.variables`.
  package let layouts: [ParameterLayout]
  /// Whether the gradients of variables are computed after the passes, for the whole batch: what they need is kept for
  /// every sample.
  package var hasSeparateVariableGradients = false

  /// The output of an operation per sample.
  struct Value: Sendable {
    /// The number of floats per sample.
    let count: Int
    /// Whether it depends on a trainable variable.
    let needsGradient: Bool
  }

  /// The layers that an operation computes: `conv2d + max_pooling2d`, or `conv2d (activation)` if it is only the
  /// activation of one.
  package func layerNames(of operation: PlacedOperation) -> String {
    let names = operation.layers.map { plan.nodes[$0].name }.joined(separator: " + ")
    if operation.operation is ActivityPenaltyOperation { return "\(names) (activity)" }
    let isActivation =
      operation.operation is ActivationOperation && plan.nodes[operation.layers[0]].layer is any ActivatedLayer
    return isActivation ? "\(names) (activation)" : names
  }

  /// The operation at the start of a segment; nil for the first segment.
  package func batchOperation(ofSegment segment: Int) -> PlacedOperation? {
    segment == 0 ? nil : operations[segments[segment].lowerBound]
  }

  /// The number of floats in the statistics of all operations.
  package var statisticsCount: Int {
    operations.reduce(0) { $0 + FloatBuffer.aligned($1.batchOperation?.statisticsCount ?? 0) }
  }
  /// The maximum length of a row of sums.
  package var sumCount: Int { operations.compactMap(\.batchOperation?.sumCount).max() ?? 0 }

  /// The operations whose weights are computed from the variables before a pass, independently of each other.
  package var foldings: [WeightFolding] { operations.compactMap(\.folding) }
  /// The number of floats in all folded weights.
  package var foldedCount: Int { foldings.reduce(0) { $0 + $1.count } }

  /// The number of floating-point operations of an operation per sample.
  public func operationCount(of placed: PlacedOperation) -> OperationCount {
    let needsInputGradient = needsInputGradient(placed)
    var count = placed.operation.operations(needsInputGradient: needsInputGradient)
    guard placed.isFrozen else { return count }
    // Without gradients of the weights.
    count.backward -= placed.operation.operations(needsInputGradient: false).backward
    return count
  }

  /// Whether the gradient of an operation's first input is computed.
  package func needsInputGradient(_ operation: PlacedOperation) -> Bool {
    operation.inputs.first.map { values[$0].needsGradient } ?? false
  }
}
