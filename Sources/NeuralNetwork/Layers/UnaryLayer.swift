import Configuration
import Kernels

/// A layer with one input.
public protocol UnaryLayer: Layer {
  /// The output shape of a sample for an input of shape `input`.
  ///
  /// - Throws: `LayerShapeError` if the layer does not accept `input`.
  func outputShape(for input: Shape) throws -> Shape
  func variables(for input: Shape) -> [VariableSpecification]
  func exchangeForm(for input: Shape) throws -> [ExchangeOperation]
}

extension UnaryLayer {
  public func outputShape(for inputs: [Shape]) throws -> Shape { try outputShape(for: inputs[0]) }
  public func variables(for inputs: [Shape]) -> [VariableSpecification] { variables(for: inputs[0]) }
  /// The layer has no variables by default.
  public func variables(for input: Shape) -> [VariableSpecification] { [] }
  /// Throws `NoExchangeForm` by default.
  public func exchangeForm(for input: Shape) throws -> [ExchangeOperation] { throw NoExchangeForm() }
  public func exchangeForm(for inputs: [Shape]) throws -> [ExchangeOperation] { try exchangeForm(for: inputs[0]) }
}
