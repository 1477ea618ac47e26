import Configuration
import Kernels

/// Average pooling over (height, width, channels); padding is excluded from the mean.
public struct AveragePooling2D: UnaryLayer, Equatable {
  public static let className = "AveragePooling2D"
  public static let classAliases = ["AvgPool2D"]
  public static let typeName = "average_pooling2d"
  public static let prototype = AveragePooling2D()
  public static let schema: Schema = [
    .heightWidth("pool_size", \.pooling.poolSize, in: 1...LayerLimits.size),
    .heightWidth("strides", \.pooling.strides, in: 1...LayerLimits.size, like: \.pooling.poolSize),
    .choice("padding", \.pooling.padding),
  ]

  var pooling: PoolingOptions

  /// - Parameter strides: the pool size if nil.
  public init(poolSize: HeightWidth = HeightWidth(2, 2), strides: HeightWidth? = nil, padding: Padding = .valid) {
    pooling = PoolingOptions(poolSize: poolSize, strides: strides, padding: padding)
  }

  public func outputShape(for input: Shape) throws -> Shape { try pooling.outputShape(for: input) }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    AveragePooling2DOperation(geometry: try pooling.geometry(over: site.input.shape), kernels: site.kernels)
  }

  public func exchangeForm(for input: Shape) throws -> [ExchangeOperation] {
    [.average(window: try pooling.exchangeWindow(over: input))]
  }
}

struct AveragePooling2DOperation: Operation {
  let geometry: PoolingGeometry
  let kernels: KernelSet

  var output: TensorLayout { TensorLayout(geometry.outputShape) }
  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    kernels.averagePoolingForward(
      input: frame.input, output: frame.output, samples: frame.samples, geometry: geometry)
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    kernels.averagePoolingBackward(
      outputGradient: frame.outputGradient, inputGradient: inputGradient, samples: frame.samples, geometry: geometry)
  }
}
