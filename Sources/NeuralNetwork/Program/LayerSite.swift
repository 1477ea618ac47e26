import Kernels

/// Where a layer is lowered to an operation: what comes to it, and what it is computed with.
public struct LayerSite: Sendable {
  /// The layout of a sample of each input.
  public let inputs: [TensorLayout]
  /// The position of the layer in the model.
  public let layerIndex: Int
  public let mode: Pass.Mode
  package let kernels: KernelSet

  /// The layout of the first input.
  public var input: TensorLayout { inputs[0] }
}
