import Kernels

/// A pattern of layers that one fused operation computes faster.
protocol FusionPattern: Sendable {
  /// - Parameters:
  ///   - index: the index of the first layer.
  ///   - input: the memory layout of its input.
  /// - Returns: nil if the layers starting there do not match.
  static func match(at index: Int, input: TensorLayout, in context: LoweringContext) -> Fusion?
}
