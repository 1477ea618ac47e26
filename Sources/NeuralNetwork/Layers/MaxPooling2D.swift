import Configuration
import Kernels

/// Keeps the largest value of each window; its gradient goes to the first largest one, in row-major order.
public struct MaxPooling2D: Layer, Equatable {
  public static let className = "MaxPooling2D"
  public static let classAliases = ["MaxPool2D"]
  public static let typeName = "max_pooling2d"
  public static let optionKeys = PoolingOptions.keys

  let pooling: PoolingOptions

  /// - Parameter strides: the pool size if nil.
  public init(poolSize: HeightWidth = HeightWidth(2, 2), strides: HeightWidth? = nil, padding: Padding = .valid) {
    pooling = PoolingOptions(poolSize: poolSize, strides: strides, padding: padding)
  }

  public init(options: ConfigurationReader) throws { pooling = try PoolingOptions(options: options) }

  public var options: [ConfigurationEntry] { pooling.entries }

  public func outputShape(for input: Shape) throws -> Shape {
    guard pooling.poolSize.height * pooling.poolSize.width <= LayerLimits.windowCount else {
      throw LayerShapeError(needs: "a window of at most \(LayerLimits.windowCount) pixels")
    }
    return try pooling.outputShape(for: input)
  }

  public func makeComputation(for input: TensorLayout, kernels: KernelSet) throws -> (any LayerComputation)? {
    MaxPooling2DComputation(geometry: try pooling.geometry(over: input.shape), kernels: kernels)
  }

  public func portableForm(for input: Shape) throws -> [PortableOperation] {
    [.maximum(window: try pooling.portableWindow(over: input))]
  }
}

struct MaxPooling2DComputation: LayerComputation {
  let geometry: PoolingGeometry
  let kernels: KernelSet

  var parameters: [ParameterSpecification] { [] }
  var outputCount: Int { geometry.outputHeight * geometry.outputWidth * geometry.channels }

  /// For each output the number of its largest value in the window.
  func workspaceCount(samples: Int, shards: Int) -> Int { samples * outputCount }

  func forward(_ frame: ShardFrame) {
    kernels.maximumPoolingForward(
      input: frame.input, output: frame.output, selected: frame.workspace, samples: frame.samples, geometry: geometry)
  }

  func backward(
    _ frame: ShardFrame, outputGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    parameterGradients: UnsafeMutablePointer<Float>
  ) {
    guard let inputGradient else { return }
    kernels.maximumPoolingBackward(
      outputGradient: outputGradient, selected: frame.workspace, inputGradient: inputGradient, samples: frame.samples,
      geometry: geometry)
  }
}
