import Kernels

/// The context in which a layer is lowered to an operation.
public struct LayerSite: Sendable {
  /// The sample layout of each input.
  public let inputs: [TensorLayout]
  /// The index of the layer in the model.
  public let layerIndex: Int
  /// Whether training changes the layer's variables: see `Model.Node.isTrainable`.
  public let isTrainable: Bool
  /// The mode of the program.
  public let mode: Pass.Mode
  package let kernels: KernelSet

  /// The layout of the first input.
  public var input: TensorLayout { inputs[0] }
}
