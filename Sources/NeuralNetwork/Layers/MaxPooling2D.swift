import Configuration
import Kernels

/// Max pooling over (height, width, channels). The gradient goes to the first maximum of a window, in row-major order.
public struct MaxPooling2D: UnaryLayer, Equatable {
  public static let className = "MaxPooling2D"
  public static let classAliases = ["MaxPool2D"]
  public static let typeName = "max_pooling2d"
  public static let prototype = MaxPooling2D()
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

  public func outputShape(for input: Shape) throws -> Shape {
    guard pooling.poolSize.height * pooling.poolSize.width <= LayerLimits.windowCount else {
      throw LayerShapeError(needs: "a window of at most \(LayerLimits.windowCount) pixels")
    }
    return try pooling.outputShape(for: input)
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    MaxPooling2DOperation(geometry: try pooling.geometry(over: site.input.shape), kernels: site.kernels)
  }

  public func exchangeForm(for input: Shape) throws -> [ExchangeOperation] {
    [.maximum(window: try pooling.exchangeWindow(over: input))]
  }
}

struct MaxPooling2DOperation: Operation {
  let geometry: PoolingGeometry
  let kernels: KernelSet

  var output: TensorLayout { TensorLayout(geometry.outputShape) }
  var backwardReads: BackwardReads { [] }

  /// For each output the index of its maximum in the window, as a float.
  var keptBytes: Int { output.shape.count * MemoryLayout<Float>.stride }

  private func selected(_ frame: Frame) -> UnsafeMutablePointer<Float> {
    frame.kept.bindMemory(to: Float.self, capacity: frame.samples * output.shape.count)
  }

  func forward(_ frame: Frame) {
    kernels.maximumPoolingForward(
      input: frame.input, output: frame.output, selected: selected(frame), samples: frame.samples, geometry: geometry)
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    kernels.maximumPoolingBackward(
      outputGradient: frame.outputGradient, selected: selected(frame), inputGradient: inputGradient,
      samples: frame.samples, geometry: geometry)
  }
}
