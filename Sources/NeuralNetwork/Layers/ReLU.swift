import Configuration

/// max(x, 0), elementwise.
public struct ReLU: UnaryLayer, Equatable {
  public static let className = "ReLU"
  public static let typeName = "relu"
  public static let prototype = ReLU()
  public static let schema: Schema = []

  /// Creates the layer; it has no options.
  public init() {}

  public func outputShape(for input: Shape) -> Shape { input }

  public func operation(at site: LayerSite) -> (any Operation)? { Activation(.relu).operation(at: site) }

  public var keepsLayout: Bool { true }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { ActivationFunction.relu.exchangeForm }
}
