import Configuration
import Kernels

/// Keeps the mean of each window; pixels of padding do not count.
public struct AveragePooling2D: Layer, Equatable {
  public static let className = "AveragePooling2D"
  public static let classAliases = ["AvgPool2D"]
  public static let typeName = "average_pooling2d"
  public static let optionKeys = PoolingOptions.keys

  let pooling: PoolingOptions

  /// - Parameter strides: the pool size if nil.
  public init(poolSize: HeightWidth = HeightWidth(2, 2), strides: HeightWidth? = nil, padding: Padding = .valid) {
    pooling = PoolingOptions(poolSize: poolSize, strides: strides, padding: padding)
  }

  public init(options: ConfigurationReader) throws { pooling = try PoolingOptions(options: options) }

  public var options: [ConfigurationEntry] { pooling.entries }

  public func outputShape(for input: Shape) throws -> Shape { try pooling.outputShape(for: input) }

  public func makeComputation(for input: TensorLayout, kernels: KernelSet) throws -> (any LayerComputation)? {
    AveragePooling2DComputation(geometry: try pooling.geometry(over: input.shape), kernels: kernels)
  }

  public func portableForm(for input: Shape) throws -> [PortableOperation] {
    [.average(window: try pooling.portableWindow(over: input))]
  }
}

struct AveragePooling2DComputation: LayerComputation {
  let geometry: PoolingGeometry
  let kernels: KernelSet

  var parameters: [ParameterSpecification] { [] }
  var outputCount: Int { geometry.outputHeight * geometry.outputWidth * geometry.channels }
  func workspaceCount(samples: Int, shards: Int) -> Int { 0 }

  func forward(_ frame: ShardFrame) {
    kernels.averagePoolingForward(
      input: frame.input, output: frame.output, samples: frame.samples, geometry: geometry)
  }

  func backward(
    _ frame: ShardFrame, outputGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    parameterGradients: UnsafeMutablePointer<Float>
  ) {
    guard let inputGradient else { return }
    kernels.averagePoolingBackward(
      outputGradient: outputGradient, inputGradient: inputGradient, samples: frame.samples, geometry: geometry)
  }
}
