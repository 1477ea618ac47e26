import Configuration
import Kernels

/// A layer as its user describes it: a value with Keras' options, that knows shapes but holds no numbers.
///
/// A new layer is one file that conforms to this protocol (to `UnaryLayer` if it has one input), and one line in
/// `LayerCatalog.swift`.
public protocol Layer: Configurable {
  /// Keras' name of the class: `MaxPooling2D`.
  static var className: String { get }
  /// Other names that Keras has had for the class: `MaxPool2D`.
  static var classAliases: [String] { get }
  /// The key in YAML and the stem of default names: `max_pooling2d`.
  static var typeName: String { get }
  /// How many inputs it may have: one, unless it says otherwise.
  static var inputCount: ClosedRange<Int> { get }

  /// The shape of a sample that comes out, for the shapes of its inputs.
  ///
  /// - Throws: `LayerShapeError` if the layer does not accept them.
  func outputShape(for inputs: [Shape]) throws -> Shape

  /// Its variables in Keras' order, for inputs that `outputShape` accepts.
  func variables(for inputs: [Shape]) -> [VariableSpecification]

  /// The operation that computes it; nil if its output is its input, value by value in the same place.
  func operation(at site: LayerSite) throws -> (any Operation)?

  /// How the output lies in memory if there is no operation.
  func outputLayout(for input: TensorLayout) -> TensorLayout

  /// Whether its operation accepts values in any order in memory, and gives them in the same order.
  var keepsLayout: Bool { get }

  /// What it computes before its softmax; nil if it does not end in one.
  var softmaxArgument: SoftmaxArgument? { get }

  /// What it computes, in terms that other programs have too: needed for exports to ONNX and PyTorch.
  ///
  /// - Throws: `NoPortableForm` unless the layer says otherwise.
  func portableForm(for inputs: [Shape]) throws -> [PortableOperation]
}

/// What is left of a layer without its softmax.
public enum SoftmaxArgument: Sendable {
  case layer(any Layer)
  /// The layer's input.
  case input
}

extension Layer {
  public static var classAliases: [String] { [] }
  public static var inputCount: ClosedRange<Int> { 1...1 }

  public func variables(for inputs: [Shape]) -> [VariableSpecification] { [] }
  public func outputLayout(for input: TensorLayout) -> TensorLayout { input }
  public var keepsLayout: Bool { false }
  public var softmaxArgument: SoftmaxArgument? { nil }
  public func portableForm(for inputs: [Shape]) throws -> [PortableOperation] { throw NoPortableForm() }
}

/// A layer that cannot be said in terms of `PortableOperation`.
public struct NoPortableForm: Error {
  public init() {}
}

/// A layer with one input.
public protocol UnaryLayer: Layer {
  /// The shape of a sample that comes out when one of `input` comes in.
  ///
  /// - Throws: `LayerShapeError` if the layer does not accept `input`.
  func outputShape(for input: Shape) throws -> Shape
  func variables(for input: Shape) -> [VariableSpecification]
  func portableForm(for input: Shape) throws -> [PortableOperation]
}

extension UnaryLayer {
  public func outputShape(for inputs: [Shape]) throws -> Shape { try outputShape(for: inputs[0]) }
  public func variables(for inputs: [Shape]) -> [VariableSpecification] { variables(for: inputs[0]) }
  public func variables(for input: Shape) -> [VariableSpecification] { [] }
  public func portableForm(for input: Shape) throws -> [PortableOperation] { throw NoPortableForm() }
  public func portableForm(for inputs: [Shape]) throws -> [PortableOperation] { try portableForm(for: inputs[0]) }
}
