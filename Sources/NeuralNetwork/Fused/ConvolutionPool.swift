/// A convolution whose output is read by a 2x2 max pool alone, with a ReLU between them if it has none of its own.
struct ConvolutionPool {
  /// The convolution, with the ReLU as its activation.
  let convolution: Conv2D
  /// The positions of the layers, first to last: the pool's is the last.
  let layers: [Int]

  /// - Parameter index: the position of the convolution.
  init?(at index: Int, in context: LoweringContext) {
    guard var convolution = context.layer(index) as? Conv2D, var next = context.onlyReader(of: index) else {
      return nil
    }
    var layers = [index]
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
  fileprivate var isReLU: Bool { self is ReLU || (self as? Activation)?.activation == .relu }
}
