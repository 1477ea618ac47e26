import Kernels

/// Inference fusion of a convolution or dense layer without an activation with the batch normalization that alone reads
/// its output: together they are one such layer with other weights, see `WeightFolding`. An activation after them
/// becomes its activation, and a 2x2 max pool after a convolution is fused with it.
enum FoldedNormalization: FusionPattern {
  static func match(at index: Int, input: TensorLayout, in context: LoweringContext) -> Fusion? {
    guard context.mode == .inference, let next = context.onlyReader(of: index),
      context.layer(next) is BatchNormalization
    else { return nil }
    let layers = [index, next]
    if let convolution = context.layer(index) as? Conv2D, convolution.activation == .linear,
      convolution.isPlain
    {
      return fusion(of: convolution, layers, input, context)
    }
    guard var dense = context.layer(index) as? Dense, dense.activation == .linear else { return nil }
    dense.useBias = true
    let activation = activation(after: next, in: context)
    dense.activation = activation?.function ?? .linear
    return Fusion(
      operation: DenseOperation(layer: dense, input: input, kernels: context.kernels),
      layers: layers + (activation.map { [$0.layer] } ?? []), normalization: next)
  }

  private static func fusion(
    of convolution: Conv2D, _ layers: [Int], _ input: TensorLayout, _ context: LoweringContext
  ) -> Fusion? {
    guard let window = try? convolution.window(over: input.shape) else { return nil }
    var convolution = convolution
    convolution.useBias = true
    if let pool = ConvolutionPool(convolution, of: layers, in: context),
      let operation = PooledConvolution(pool.convolution, input: input, kernels: context.kernels)
    {
      return Fusion(operation: operation, layers: pool.layers, normalization: layers[1])
    }
    let activation = activation(after: layers[1], in: context)
    convolution.activation = activation?.function ?? .linear
    let operation = Conv2DOperation(
      layer: convolution, geometry: convolution.geometry(window), kernels: context.kernels)
    return Fusion(
      operation: operation, layers: layers + (activation.map { [$0.layer] } ?? []), normalization: layers[1])
  }

  /// The only reader of a layer's output, if it is an elementwise function.
  private static func activation(
    after index: Int, in context: LoweringContext
  ) -> (function: ActivationFunction, layer: Int)? {
    guard let next = context.onlyReader(of: index) else { return nil }
    if context.layer(next).isReLU { return (.relu, next) }
    guard let layer = context.layer(next) as? Activation, layer.activation.isElementwise else { return nil }
    return (layer.activation, next)
  }
}
