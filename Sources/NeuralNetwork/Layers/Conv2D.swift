import Configuration
import Kernels

/// A 2-D convolution (cross-correlation: the kernel is not flipped) over (height, width, channels), with a bias per
/// filter and an activation.
///
/// The kernel is (height, width, in / groups, filters), as Keras stores it. Adjacent rows and columns of it see pixels
/// that are `dilationRate` apart. With `groups`, the channels and the filters are divided into as many parts, and the
/// filters of a part see its channels alone.
public struct Conv2D: ConvolutionLayer, ActivatedLayer, WeightedLayer, Equatable {
  public static let className = "Conv2D"
  public static let classAliases = ["Convolution2D"]
  public static let typeName = "conv2d"
  public static let prototype = Conv2D(filters: 1, kernelSize: [1, 1])
  private static let ownSchema: Schema = [
    .integer("filters", \.filters, in: 1...LayerLimits.size, isRequired: true),
    .heightWidth("kernel_size", \.kernelSize, in: 1...LayerLimits.size, isRequired: true),
    .heightWidth("strides", \.strides, in: 1...LayerLimits.size),
    .choice("padding", \.padding),
    .heightWidth("dilation_rate", \.dilationRate, in: 1...LayerLimits.size),
    .integer("groups", \.groups, in: 1...LayerLimits.size),
    .choice("activation", \.activation),
    .bool("use_bias", \.useBias),
  ]
  public static let schema: Schema = ownSchema + weightSchema
  static let weights: [LayerWeight<Conv2D>] = [
    LayerWeight("kernel", \.kernel) { layer, input in
      [layer.kernelSize.height, layer.kernelSize.width, input.dimensions[2] / layer.groups, layer.filters]
    },
    LayerWeight("bias", \.bias) { layer, _ in layer.useBias ? [layer.filters] : nil },
  ]

  /// The number of output channels.
  public var filters: Int
  /// The height and width of the kernel.
  public var kernelSize: HeightWidth
  /// The vertical and horizontal stride, in pixels.
  public var strides: HeightWidth
  /// The padding of the image.
  public var padding: Padding
  /// The distance in the image of the pixels that adjacent rows and columns of the kernel see; 1 if there are strides.
  public var dilationRate: HeightWidth
  /// The number of parts of the channels and of the filters.
  public var groups: Int
  /// The function applied to the outputs.
  public var activation: ActivationFunction
  /// Whether each filter has a bias.
  public var useBias: Bool
  /// The options of the kernel.
  public var kernel = WeightOptions(GlorotUniform())
  /// The options of the bias.
  public var bias = WeightOptions(Zeros())

  /// Creates a convolution layer.
  public init(
    filters: Int, kernelSize: HeightWidth, strides: HeightWidth = HeightWidth(1, 1), padding: Padding = .valid,
    dilationRate: HeightWidth = HeightWidth(1, 1), groups: Int = 1, activation: ActivationFunction = .linear,
    useBias: Bool = true
  ) {
    precondition(filters > 0, "Conv2D needs 1 filter or more, got \(filters)")
    precondition(
      groups > 0 && filters % groups == 0, "\(filters) filters cannot be divided into \(groups) groups of one size")
    self.filters = filters
    self.kernelSize = kernelSize
    self.strides = strides
    self.padding = padding
    self.dilationRate = dilationRate
    self.groups = groups
    self.activation = activation
    self.useBias = useBias
    precondition(!combinesStridesAndDilation, "dilation is possible only with strides of 1")
  }

  public init(options reader: ConfigurationReader) throws {
    self = try .read(reader)
    try checkDilation(reader)
    guard filters % groups == 0 else {
      throw reader.error(
        .conflict("\(filters) filters cannot be divided into \(groups) groups of one size."), at: "groups")
    }
  }

  /// Whether it has neither dilation nor groups: the convolutions that fused operations compute.
  var isPlain: Bool { dilationRate == [1, 1] && groups == 1 }

  public func outputShape(for input: Shape) throws -> Shape {
    let window = try window(over: input)
    guard window.input.channels % groups == 0 else {
      throw LayerShapeError(needs: "a number of channels that \(groups) groups divide")
    }
    try checkWeights(for: input)
    return [window.output.height, window.output.width, filters]
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    let geometry = geometry(try window(over: site.input.shape))
    if groups > 1, groups == geometry.inputChannels {
      return DepthwiseOperation(geometry, activation: activation, useBias: useBias, kernels: site.kernels)
    }
    return Conv2DOperation(layer: self, geometry: geometry, kernels: site.kernels)
  }

  public func exchangeForm(for input: Shape) throws -> [ExchangeOperation] {
    [
      .convolution(
        kernel: "kernel", bias: useBias ? "bias" : nil, window: exchangeWindow(try window(over: input)), groups: groups)
    ] + activation.exchangeForm
  }

  func geometry(_ window: ImageWindow) -> ConvolutionGeometry { geometry(window, filters: filters, groups: groups) }
}

/// A convolution with any options.
struct Conv2DOperation: Operation {
  let output: TensorLayout
  private let layer: Conv2D
  private let geometry: ConvolutionGeometry
  private let offsets: ConvolutionOffsets
  private let kernels: KernelSet

  init(layer: Conv2D, geometry: ConvolutionGeometry, kernels: KernelSet) {
    self.layer = layer
    self.geometry = geometry
    self.kernels = kernels
    offsets = ConvolutionOffsets(geometry, kernels: kernels)
    output = TensorLayout(geometry.outputShape)
  }

  var backwardReads: BackwardReads { layer.activation == .linear ? .inputs : [.inputs, .output] }
  func scratchCount(samples: Int) -> Int { kernels.convolutionScratchCount(geometry) }
  var constantCount: Int { offsets.count }
  func prepare(_ constants: UnsafeMutablePointer<Float>) { offsets.fill(constants) }

  private func rows(_ frame: Frame) -> Int { frame.samples * geometry.outputHeight * geometry.outputWidth }

  func operations(needsInputGradient: Bool) -> OperationCount {
    let product = geometry.productOperations
    return OperationCount(forward: product, backward: needsInputGradient ? 2 * product : product)
  }

  func forward(_ frame: Frame) {
    let isRelu = layer.activation == .relu
    kernels.convolutionForward(
      input: frame.input, kernel: frame.variables, bias: layer.useBias ? frame.variables + geometry.biasOffset : nil,
      output: frame.output, samples: frame.samples, geometry: geometry, relu: isRelu,
      positions: offsets.positions(frame.constants), taps: offsets.taps(frame.constants), scratch: frame.scratch)
    if !isRelu {
      layer.activation.forward(frame.output, rows: rows(frame), columns: layer.filters, kernels: kernels)
    }
  }

  func beginBackward(_ frame: Frame) {
    layer.activation.backward(
      outputs: frame.output, gradient: frame.outputGradient, rows: rows(frame), columns: layer.filters,
      kernels: kernels)
  }

  /// Parts of a tile of taps or more.
  var gradientParts: Int { (geometry.tapCount + 7) / 8 }

  func variableGradients(
    _ frame: Frame, samples: Range<Int>, part: GradientPart, into gradients: UnsafeMutablePointer<Float>
  ) {
    kernels.convolutionKernelGradient(
      input: frame.input + samples.lowerBound * geometry.inputCount,
      outputGradient: frame.outputGradient + samples.lowerBound * geometry.outputCount, kernelGradient: gradients,
      biasGradient: layer.useBias && part.index == 0 ? gradients + geometry.biasOffset : nil, samples: samples.count,
      geometry: geometry, range: part.range(of: geometry.tapCount), positions: offsets.positions(frame.constants),
      taps: offsets.taps(frame.constants), scratch: frame.scratch)
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    kernels.convolutionInputGradient(
      outputGradient: frame.outputGradient, kernel: frame.variables, inputGradient: inputGradient,
      samples: frame.samples, geometry: geometry, positions: offsets.gradientPositions(frame.constants),
      taps: offsets.gradientTaps(frame.constants), scratch: frame.scratch)
  }
}
