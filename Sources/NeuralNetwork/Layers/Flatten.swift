import Configuration
import Kernels

/// Turns (height, width, channels) into one axis. The values stay where they are.
public struct Flatten: Layer, Equatable {
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

  public func makeComputation(for input: TensorLayout, kernels: KernelSet) -> (any LayerComputation)? { nil }

  public func portableForm(for input: Shape) -> [PortableOperation] { [.flatten] }
}
