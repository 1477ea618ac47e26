import Configuration
import Kernels

/// Flattens (height, width, channels) to one axis. The values are not moved.
public struct Flatten: UnaryLayer, Equatable {
  public static let className = "Flatten"
  public static let typeName = "flatten"
  public static let prototype = Flatten()
  public static let schema: Schema = []

  /// Creates the layer; it has no options.
  public init() {}

  public func outputShape(for input: Shape) -> Shape { [input.count] }

  public func outputLayout(for input: TensorLayout) -> TensorLayout {
    TensorLayout(outputShape(for: input.shape), channelsFirstImage: input.channelsFirstImage)
  }

  public func operation(at site: LayerSite) -> (any Operation)? { nil }

  public var keepsLayout: Bool { true }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] { [.flatten] }
}
