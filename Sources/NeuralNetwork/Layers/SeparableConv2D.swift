import Configuration
import Kernels

/// A depthwise convolution followed by a convolution of 1x1, with a bias per filter and an activation after both.
///
/// The depthwise kernel is (height, width, channels, depth multiplier), the pointwise one (1, 1, channels · depth
/// multiplier, filters), as Keras stores them.
public struct SeparableConv2D: ConvolutionLayer, ActivatedLayer, WeightedLayer, Equatable {
  public static let className = "SeparableConv2D"
  public static let classAliases = ["SeparableConvolution2D"]
  public static let typeName = "separable_conv2d"
  public static let prototype = SeparableConv2D(filters: 1, kernelSize: [1, 1])
  private static let ownSchema: Schema = [
    .integer("depth_multiplier", \.depthMultiplier, in: 1...LayerLimits.size),
    .integer("filters", \.filters, in: 1...LayerLimits.size, isRequired: true),
    .heightWidth("kernel_size", \.kernelSize, in: 1...LayerLimits.size, isRequired: true),
    .heightWidth("strides", \.strides, in: 1...LayerLimits.size),
    .choice("padding", \.padding),
    .heightWidth("dilation_rate", \.dilationRate, in: 1...LayerLimits.size),
    .choice("activation", \.activation),
    .bool("use_bias", \.useBias),
  ]
  public static let schema: Schema = ownSchema + weightSchema
  static let weights: [LayerWeight<SeparableConv2D>] = [
    LayerWeight("depthwise_kernel", stem: "depthwise", \.depthwiseKernel) { layer, input in
      [layer.kernelSize.height, layer.kernelSize.width, input.dimensions[2], layer.depthMultiplier]
    },
    LayerWeight("pointwise_kernel", stem: "pointwise", \.pointwiseKernel) { layer, input in
      [1, 1, input.dimensions[2] * layer.depthMultiplier, layer.filters]
    },
    LayerWeight("bias", \.bias) { layer, _ in layer.useBias ? [layer.filters] : nil },
  ]

  /// The number of output channels.
  public var filters: Int
  /// The height and width of the depthwise kernel.
  public var kernelSize: HeightWidth
  /// The vertical and horizontal stride, in pixels.
  public var strides: HeightWidth
  /// The padding of the image.
  public var padding: Padding
  /// The distance in the image of the pixels that adjacent rows and columns of the kernel see.
  public var dilationRate: HeightWidth
  /// The number of depthwise filters of each channel.
  public var depthMultiplier: Int
  /// The function applied to the outputs.
  public var activation: ActivationFunction
  /// Whether each filter has a bias.
  public var useBias: Bool
  /// The options of the depthwise kernel.
  public var depthwiseKernel = WeightOptions(GlorotUniform())
  /// The options of the pointwise kernel.
  public var pointwiseKernel = WeightOptions(GlorotUniform())
  /// The options of the bias.
  public var bias = WeightOptions(Zeros())

  /// Creates a separable convolution layer.
  public init(
    filters: Int, kernelSize: HeightWidth, strides: HeightWidth = HeightWidth(1, 1), padding: Padding = .valid,
    dilationRate: HeightWidth = HeightWidth(1, 1), depthMultiplier: Int = 1, activation: ActivationFunction = .linear,
    useBias: Bool = true
  ) {
    precondition(
      filters > 0 && depthMultiplier > 0,
      "SeparableConv2D needs 1 filter or more, got \(filters), and \(depthMultiplier) per channel")
    self.filters = filters
    self.kernelSize = kernelSize
    self.strides = strides
    self.padding = padding
    self.dilationRate = dilationRate
    self.depthMultiplier = depthMultiplier
    self.activation = activation
    self.useBias = useBias
  }

  public func outputShape(for input: Shape) throws -> Shape {
    let geometry = try depthwiseGeometry(over: input, multiplier: depthMultiplier)
    try checkWeights(for: input)
    return [geometry.outputHeight, geometry.outputWidth, filters]
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    SeparableConv2DOperation(
      layer: self, geometry: try depthwiseGeometry(over: site.input.shape, multiplier: depthMultiplier),
      kernels: site.kernels)
  }

  public func exchangeForm(for input: Shape) throws -> [ExchangeOperation] {
    let depthwise = ExchangeOperation.convolution(
      kernel: "depthwise_kernel", bias: nil, window: exchangeWindow(try window(over: input)), groups: input.channels)
    let pointwise = ExchangeOperation.convolution(
      kernel: "pointwise_kernel", bias: useBias ? "bias" : nil, window: ExchangeWindow(size: [1, 1]), groups: 1)
    return [depthwise, pointwise] + activation.exchangeForm
  }
}

/// Keeps the outputs of the depthwise convolution, and in the backward pass their gradient.
struct SeparableConv2DOperation: Operation {
  let output: TensorLayout
  private let layer: SeparableConv2D
  private let depthwise: ConvolutionGeometry
  private let pointwise: ConvolutionGeometry
  private let depthwiseOffsets: DepthwiseOffsets
  private let pointwiseOffsets: ConvolutionOffsets
  private let kernels: KernelSet

  /// - Parameter geometry: that of the depthwise convolution.
  init(layer: SeparableConv2D, geometry: ConvolutionGeometry, kernels: KernelSet) {
    self.layer = layer
    self.kernels = kernels
    depthwise = geometry
    pointwise = geometry.followedByPixels(filters: layer.filters)
    depthwiseOffsets = DepthwiseOffsets(depthwise, kernels: kernels)
    pointwiseOffsets = ConvolutionOffsets(pointwise, kernels: kernels)
    output = TensorLayout(pointwise.outputShape)
  }

  var backwardReads: BackwardReads { layer.activation == .linear ? .inputs : [.inputs, .output] }
  var keptBytes: Int { depthwise.outputCount * MemoryLayout<Float>.stride }
  var keptGradientBytes: Int { keptBytes }
  func scratchCount(samples: Int) -> Int {
    max(kernels.depthwiseScratchCount(depthwise), kernels.convolutionScratchCount(pointwise))
  }
  var constantCount: Int { depthwiseOffsets.count + pointwiseOffsets.count }
  func prepare(_ constants: UnsafeMutablePointer<Float>) {
    depthwiseOffsets.fill(constants)
    pointwiseOffsets.fill(constants + depthwiseOffsets.count)
  }

  // The pointwise kernel follows the depthwise one; they are in the same places among variables and gradients.
  private var pointwiseOffset: Int { FloatBuffer.aligned(depthwise.tapCount * depthwise.filters) }
  private var biasOffset: Int { pointwiseOffset + pointwise.biasOffset }
  private func pointwiseConstants(_ frame: Frame) -> UnsafeMutablePointer<Float> {
    frame.constants + depthwiseOffsets.count
  }

  /// (samples, output height, output width, depthwise filters): the outputs of the depthwise convolution.
  private func middle(_ frame: Frame) -> UnsafeMutablePointer<Float> {
    frame.kept.bindMemory(to: Float.self, capacity: frame.samples * depthwise.outputCount)
  }

  /// Likewise, their gradient.
  private func middleGradient(_ frame: Frame) -> UnsafeMutablePointer<Float> {
    frame.keptGradient.bindMemory(to: Float.self, capacity: frame.samples * depthwise.outputCount)
  }

  private func rows(_ frame: Frame) -> Int { frame.samples * pointwise.outputHeight * pointwise.outputWidth }

  func operations(needsInputGradient: Bool) -> OperationCount {
    let (first, second) = (depthwise.productOperations, pointwise.productOperations)
    return OperationCount(
      forward: first + second, backward: (needsInputGradient ? 2 * first : first) + 2 * second)
  }

  func forward(_ frame: Frame) {
    kernels.depthwiseForward(
      input: frame.input, kernel: frame.variables, bias: nil, output: middle(frame), samples: frame.samples,
      geometry: depthwise, relu: false, positions: depthwiseOffsets.positions(frame.constants),
      taps: depthwiseOffsets.taps(frame.constants), scratch: frame.scratch)
    let (isRelu, constants) = (layer.activation == .relu, pointwiseConstants(frame))
    kernels.convolutionForward(
      input: middle(frame), kernel: frame.variables + pointwiseOffset,
      bias: layer.useBias ? frame.variables + biasOffset : nil, output: frame.output, samples: frame.samples,
      geometry: pointwise, relu: isRelu, positions: pointwiseOffsets.positions(constants),
      taps: pointwiseOffsets.taps(constants), scratch: frame.scratch)
    if !isRelu {
      layer.activation.forward(frame.output, rows: rows(frame), columns: layer.filters, kernels: kernels)
    }
  }

  func beginBackward(_ frame: Frame) {
    layer.activation.backward(
      outputs: frame.output, gradient: frame.outputGradient, rows: rows(frame), columns: layer.filters,
      kernels: kernels)
    kernels.convolutionInputGradient(
      outputGradient: frame.outputGradient, kernel: frame.variables + pointwiseOffset,
      inputGradient: middleGradient(frame), samples: frame.samples, geometry: pointwise,
      positions: pointwiseOffsets.gradientPositions(pointwiseConstants(frame)),
      taps: pointwiseOffsets.gradientTaps(pointwiseConstants(frame)), scratch: frame.scratch)
  }

  func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    let (first, constants) = (samples.lowerBound * depthwise.outputCount, pointwiseConstants(frame))
    kernels.convolutionKernelGradient(
      input: middle(frame) + first,
      outputGradient: frame.outputGradient + samples.lowerBound * pointwise.outputCount,
      kernelGradient: gradients + pointwiseOffset, biasGradient: layer.useBias ? gradients + biasOffset : nil,
      samples: samples.count, geometry: pointwise, range: 0..<pointwise.tapCount,
      positions: pointwiseOffsets.positions(constants),
      taps: pointwiseOffsets.taps(constants), scratch: frame.scratch)
    kernels.depthwiseKernelGradient(
      input: frame.input + samples.lowerBound * depthwise.inputCount, outputGradient: middleGradient(frame) + first,
      kernelGradient: gradients, biasGradient: nil, samples: samples.count, geometry: depthwise,
      positions: depthwiseOffsets.positions(frame.constants), taps: depthwiseOffsets.taps(frame.constants),
      scratch: frame.scratch)
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    kernels.depthwiseInputGradient(
      outputGradient: middleGradient(frame), kernel: frame.variables, inputGradient: inputGradient,
      samples: frame.samples, geometry: depthwise, positions: depthwiseOffsets.gradientPositions(frame.constants),
      taps: depthwiseOffsets.gradientTaps(frame.constants), scratch: frame.scratch)
  }
}
