import Kernels

/// Layers that are fused into one operation.
struct Fusion {
  let operation: any Operation
  /// The indices of the layers, in order; any other reader of them reads the last.
  let layers: [Int]
  /// The layer among them that is folded into the weights of the first one; nil for none.
  var normalization: Int?
}
