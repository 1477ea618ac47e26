/// An operation in a program.
package struct PlacedOperation: Sendable {
  package let operation: any Operation
  /// The indices of the layers that it computes.
  package let layers: [Int]
  /// The indices of the values that it reads and writes.
  let inputs: [Int]
  let output: Int
  /// The offsets of its first weight and its first moving variable, each in the buffer of its role, and the number of
  /// floats in its trainable variables: 0 if its layer is frozen.
  package let variableOffset: Int
  package let variableCount: Int
  package let stateOffset: Int
  /// The floats of its trainable variables.
  package var trainableRange: Range<Int> { variableOffset..<variableOffset + variableCount }
  /// Whether its weights belong to a frozen layer.
  let isFrozen: Bool
  /// The folding that computes its weights; nil if they are variables.
  let folding: WeightFolding?
  /// The operation, if it sums over shards or over the batch itself.
  let treeOperation: (any ShardTreeOperation)?
  package let batchOperation: (any BatchOperation)?
  /// The offset of its statistics among those of all operations.
  let statisticsOffset: Int
}
