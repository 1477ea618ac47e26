/// A convolution whose output is read only by a 2x2 max pool, with a ReLU between them if it has no activation.
struct ConvolutionPool {
  /// The convolution, with the ReLU as its activation.
  let convolution: Conv2D
  /// The indices of the layers, in order: the pool's is the last.
  let layers: [Int]

  /// - Parameter index: the index of the convolution.
  init?(at index: Int, in context: LoweringContext) {
    guard let convolution = context.layer(index) as? Conv2D else { return nil }
    self.init(convolution, of: [index], in: context)
  }

  /// - Parameter layers: the layers that the convolution computes, in order.
  init?(_ convolution: Conv2D, of layers: [Int], in context: LoweringContext) {
    guard convolution.isPlain, let last = layers.last, var next = context.onlyReader(of: last) else { return nil }
    var (convolution, layers) = (convolution, layers)
    if convolution.activation == .linear, context.layer(next).isReLU, let reader = context.onlyReader(of: next) {
      convolution.activation = .relu
      layers.append(next)
      next = reader
    }
    guard [.relu, .linear].contains(convolution.activation), context.layer(next) as? MaxPooling2D == MaxPooling2D()
    else { return nil }
    self.convolution = convolution
    self.layers = layers + [next]
  }
}

extension Layer {
  var isReLU: Bool { (self as? any FunctionLayer)?.function == .relu }
}
