import Kernels

/// Training fusion of a batch normalization with the ReLU that alone reads its output.
enum NormalizedActivation: FusionPattern {
  static func match(at index: Int, input: TensorLayout, in context: LoweringContext) -> Fusion? {
    guard context.mode == .training, context.plan.nodes[index].isTrainable,
      let layer = context.layer(index) as? BatchNormalization, let next = context.onlyReader(of: index),
      context.layer(next).isReLU
    else { return nil }
    let normalization = ChannelNormalization(layer: layer, shape: input.shape, kernels: context.kernels)
    return Fusion(
      operation: BatchNormalizationOperation(normalization: normalization, relu: true), layers: [index, next])
  }
}
