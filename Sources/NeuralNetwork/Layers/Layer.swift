import Configuration
import Kernels

/// A layer description: Keras' options and shape inference, without weights.
///
/// A new layer is one file that conforms to this protocol (to `UnaryLayer` if it has one input), and one line in
/// `LayerCatalog.swift`.
public protocol Layer: Configurable {
  /// Keras' class name: `MaxPooling2D`.
  static var className: String { get }
  /// Other class names in Keras: `MaxPool2D`.
  static var classAliases: [String] { get }
  /// The key in YAML and the stem of default names: `max_pooling2d`.
  static var typeName: String { get }
  /// The number of inputs that it accepts; 1 by default.
  static var inputCount: ClosedRange<Int> { get }

  /// The output shape of a sample for the shapes of the inputs.
  ///
  /// - Throws: `LayerShapeError` if the layer does not accept them.
  func outputShape(for inputs: [Shape]) throws -> Shape

  /// The variables in Keras' order, for inputs that `outputShape` accepts.
  func variables(for inputs: [Shape]) -> [VariableSpecification]

  /// The operation that computes the layer; nil if its output is its input, unchanged and in the same place.
  func operation(at site: LayerSite) throws -> (any Operation)?

  /// The memory layout of the output if there is no operation.
  func outputLayout(for input: TensorLayout) -> TensorLayout

  /// Whether its operation accepts any memory order and writes its output in the same order.
  var keepsLayout: Bool { get }

  /// The argument of its final softmax; nil if it does not end in one.
  var softmaxArgument: SoftmaxArgument? { get }

  /// The computation in terms common to other frameworks: needed for exports to ONNX and PyTorch.
  ///
  /// - Throws: `NoExchangeForm` by default.
  func exchangeForm(for inputs: [Shape]) throws -> [ExchangeOperation]
}

extension Layer {
  public static var classAliases: [String] { [] }
  public static var inputCount: ClosedRange<Int> { 1...1 }

  public func variables(for inputs: [Shape]) -> [VariableSpecification] { [] }
  public func outputLayout(for input: TensorLayout) -> TensorLayout { input }
  public var keepsLayout: Bool { false }
  public var softmaxArgument: SoftmaxArgument? { nil }
  public func exchangeForm(for inputs: [Shape]) throws -> [ExchangeOperation] { throw NoExchangeForm() }
}
