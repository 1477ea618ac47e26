import Configuration
import Kernels

/// A 2-D convolution of each channel with filters of its own, with a bias per filter and an activation.
///
/// The kernel is (height, width, channels, depth multiplier), as Keras stores it; filter j of channel c is output channel
/// c · depth multiplier + j.
public struct DepthwiseConv2D: ConvolutionLayer, ActivatedLayer, Equatable {
  public static let className = "DepthwiseConv2D"
  public static let typeName = "depthwise_conv2d"
  public static let prototype = DepthwiseConv2D(kernelSize: [1, 1])
  public static let schema: Schema = [
    .integer("depth_multiplier", \.depthMultiplier, in: 1...LayerLimits.size),
    .heightWidth("kernel_size", \.kernelSize, in: 1...LayerLimits.size, isRequired: true),
    .heightWidth("strides", \.strides, in: 1...LayerLimits.size),
    .choice("padding", \.padding),
    .heightWidth("dilation_rate", \.dilationRate, in: 1...LayerLimits.size),
    .choice("activation", \.activation),
    .bool("use_bias", \.useBias),
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
    try geometry(over: input).outputShape
  }

  public func variables(for input: Shape) -> [VariableSpecification] {
    let channels = input.dimensions[2]
    let kernel = VariableSpecification(
      name: "kernel", shape: [kernelSize.height, kernelSize.width, channels, depthMultiplier],
      initializer: GlorotUniform())
    let bias = VariableSpecification(name: "bias", shape: [channels * depthMultiplier], initializer: Zeros())
    return useBias ? [kernel, bias] : [kernel]
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
