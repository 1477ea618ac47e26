import Configuration
import Kernels

/// Turns (height, width, channels) into one axis. The values stay where they are.
public struct Flatten: UnaryLayer, Equatable {
  public static let className = "Flatten"
  public static let typeName = "flatten"
  public static let optionKeys: [String] = []

  public init() {}
  public init(options: ConfigurationReader) throws {}

  public var options: [ConfigurationEntry] { [] }

  public func outputShape(for input: Shape) -> Shape { [input.count] }

  public func outputLayout(for input: TensorLayout) -> TensorLayout {
    TensorLayout(outputShape(for: input.shape), channelsFirstImage: input.channelsFirstImage)
  }

  public func operation(at site: LayerSite) -> (any Operation)? { nil }

  public var keepsLayout: Bool { true }

  public func portableForm(for input: Shape) -> [PortableOperation] { [.flatten] }
}
