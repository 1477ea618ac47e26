import Configuration
import Kernels

/// Turns (height, width, channels) into one axis. The values stay where they are.
public struct Flatten: UnaryLayer, Equatable {
  public static let className = "Flatten"
  public static let typeName = "flatten"
  public static let prototype = Flatten()
  public static let schema: Schema = []

  public init() {}

  public func outputShape(for input: Shape) -> Shape { [input.count] }

  public func outputLayout(for input: TensorLayout) -> TensorLayout {
    TensorLayout(outputShape(for: input.shape), channelsFirstImage: input.channelsFirstImage)
  }

  public func operation(at site: LayerSite) -> (any Operation)? { nil }

  public var keepsLayout: Bool { true }

  public func portableForm(for input: Shape) -> [PortableOperation] { [.flatten] }
}
