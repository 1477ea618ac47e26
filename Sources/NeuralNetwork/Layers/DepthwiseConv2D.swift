import Configuration
import Kernels

/// A 2-D convolution of each channel with filters of its own, with a bias per filter and an activation.
///
/// The kernel is (height, width, channels, depth multiplier), as Keras stores it; filter j of channel c is output channel
/// c · depth multiplier + j.
public struct DepthwiseConv2D: ConvolutionLayer, ActivatedLayer, WeightedLayer, Equatable {
  public static let className = "DepthwiseConv2D"
  public static let typeName = "depthwise_conv2d"
  public static let prototype = DepthwiseConv2D(kernelSize: [1, 1])
  private static let ownSchema: Schema = [
    .integer("depth_multiplier", \.depthMultiplier, in: 1...LayerLimits.size),
    .heightWidth("kernel_size", \.kernelSize, in: 1...LayerLimits.size, isRequired: true),
    .heightWidth("strides", \.strides, in: 1...LayerLimits.size),
    .choice("padding", \.padding),
    .heightWidth("dilation_rate", \.dilationRate, in: 1...LayerLimits.size),
    .choice("activation", \.activation),
    .bool("use_bias", \.useBias),
  ]
  public static let schema: Schema = ownSchema + weightSchema
  static let weights: [LayerWeight<DepthwiseConv2D>] = [
    LayerWeight("kernel", stem: "depthwise", \.kernel) { layer, input in
      [layer.kernelSize.height, layer.kernelSize.width, input.dimensions[2], layer.depthMultiplier]
    },
    LayerWeight("bias", \.bias) { layer, input in
      layer.useBias ? [input.dimensions[2] * layer.depthMultiplier] : nil
    },
  ]

  /// The number of filters of each channel.
  public var depthMultiplier: Int
  /// The height and width of the kernel.
  public var kernelSize: HeightWidth
  /// The vertical and horizontal stride, in pixels.
  public var strides: HeightWidth
  /// The padding of the image.
  public var padding: Padding
  /// The distance in the image of the pixels that adjacent rows and columns of the kernel see.
  public var dilationRate: HeightWidth
  /// The function applied to the outputs.
  public var activation: ActivationFunction
  /// Whether each filter has a bias.
  public var useBias: Bool
  /// The options of the kernel: Keras' `depthwise_initializer` and so on.
  public var kernel = WeightOptions(GlorotUniform())
  /// The options of the bias.
  public var bias = WeightOptions(Zeros())

  /// Creates a depthwise convolution layer.
  public init(
    depthMultiplier: Int = 1, kernelSize: HeightWidth, strides: HeightWidth = HeightWidth(1, 1),
    padding: Padding = .valid, dilationRate: HeightWidth = HeightWidth(1, 1), activation: ActivationFunction = .linear,
    useBias: Bool = true
  ) {
    precondition(depthMultiplier > 0, "DepthwiseConv2D needs 1 filter or more per channel, got \(depthMultiplier)")
    self.depthMultiplier = depthMultiplier
    self.kernelSize = kernelSize
    self.strides = strides
    self.padding = padding
    self.dilationRate = dilationRate
    self.activation = activation
    self.useBias = useBias
  }

  public func outputShape(for input: Shape) throws -> Shape {
    let geometry = try geometry(over: input)
    try checkWeights(for: input)
    return geometry.outputShape
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    DepthwiseOperation(
      try geometry(over: site.input.shape), activation: activation, useBias: useBias, kernels: site.kernels)
  }

  public func exchangeForm(for input: Shape) throws -> [ExchangeOperation] {
    [
      .convolution(
        kernel: "kernel", bias: useBias ? "bias" : nil, window: exchangeWindow(try window(over: input)),
        groups: input.channels)
    ] + activation.exchangeForm
  }

  private func geometry(over input: Shape) throws -> ConvolutionGeometry {
    try depthwiseGeometry(over: input, multiplier: depthMultiplier)
  }
}

extension ConvolutionLayer {
  /// The convolution of each channel with `multiplier` filters.
  ///
  /// - Throws: `LayerShapeError` if `input` is not an image, smaller than the kernel, or too large for the kernels.
  func depthwiseGeometry(over input: Shape, multiplier: Int) throws -> ConvolutionGeometry {
    let window = try window(over: input)
    let (count, overflow) = input.count.multipliedReportingOverflow(by: multiplier)
    guard !overflow, count <= LayerLimits.sampleCount else {
      throw LayerShapeError(needs: "at most \(LayerLimits.sampleCount / multiplier) values per sample")
    }
    let channels = window.input.channels
    return geometry(window, filters: channels * multiplier, groups: channels)
  }
}
