import Kernels

/// Where a layer is lowered to an operation: what comes to it, and what it is computed with.
public struct LayerSite: Sendable {
  /// The layout of a sample of each input.
  public let inputs: [TensorLayout]
  /// The position of the layer in the model.
  public let layerIndex: Int
  /// Whether training changes the layer's variables: see `Model.Node.isTrainable`.
  public let isTrainable: Bool
  public let mode: Pass.Mode
  package let kernels: KernelSet

  /// The layout of the first input.
  public var input: TensorLayout { inputs[0] }
}
