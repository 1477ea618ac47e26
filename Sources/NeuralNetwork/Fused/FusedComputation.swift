import Kernels

/// Computes several layers at once.
protocol FusedComputation: LayerComputation {
  /// The layers it computes.
  static var layerCount: Int { get }
  /// The shape that comes out of the last of them, and how its values lie in memory.
  var outputLayout: TensorLayout { get }

  /// Nil if the next layers are not ones that it can compute.
  ///
  /// - Parameter isFirst: whether they are the first of the model: then nobody needs the gradient of their input.
  init?(_ layers: ArraySlice<any Layer>, isFirst: Bool, input: TensorLayout, kernels: KernelSet)
}

/// Every fused computation there is; the first that fits is taken.
enum FusedComputationCatalog {
  static let all: [any FusedComputation.Type] = [
    OneChannelPooledConvolution.self,
    PooledConvolution.self,
  ]
}
