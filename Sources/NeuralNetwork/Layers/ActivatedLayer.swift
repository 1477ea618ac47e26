/// A layer that ends in an activation function.
///
/// In training, a function whose derivative needs its inputs is an operation of its own, after that of the layer without
/// it. In inference, and with any other function, the layer's operation applies it in place.
public protocol ActivatedLayer: Layer {
  /// The function applied to the outputs.
  var activation: ActivationFunction { get set }
}

/// A layer that applies a function to its inputs.
protocol FunctionLayer: UnaryLayer {
  /// The function.
  var function: ActivationFunction { get }
}

extension FunctionLayer {
  public func outputShape(for input: Shape) -> Shape { input }

  public func operation(at site: LayerSite) -> (any Operation)? {
    function == .linear ? nil : ActivationOperation(activation: function, output: site.input, kernels: site.kernels)
  }

  public var keepsLayout: Bool { function.isElementwise }

  public var softmaxArgument: SoftmaxArgument? { function == .softmax ? .input : nil }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { function.exchangeForm }
}

extension ActivationFunction {
  /// The function that a layer applies to its inputs; nil if it does something else.
  package init?(of layer: any Layer) {
    guard let layer = layer as? any FunctionLayer else { return nil }
    self = layer.function
  }
}
