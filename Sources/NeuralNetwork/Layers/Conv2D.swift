import Configuration
import Kernels

/// A 2-D convolution (cross-correlation: the kernel is not flipped) over (height, width, channels), with a bias per
/// filter and an activation.
///
/// The kernel is (height, width, in, filters), as Keras stores it.
public struct Conv2D: UnaryLayer, ActivatedLayer, Equatable {
  public static let className = "Conv2D"
  public static let classAliases = ["Convolution2D"]
  public static let typeName = "conv2d"
  public static let prototype = Conv2D(filters: 1, kernelSize: [1, 1])
  private static let ownSchema: Schema = [
    .integer("filters", \.filters, in: 1...LayerLimits.size, isRequired: true),
    .heightWidth("kernel_size", \.kernelSize, in: 1...LayerLimits.size, isRequired: true),
    .heightWidth("strides", \.strides, in: 1...LayerLimits.size),
    .choice("padding", \.padding),
    .choice("activation", \.activation),
    .bool("use_bias", \.useBias),
  ]
  public static let schema: Schema =
    ownSchema + WeightOptions.options("kernel", \.kernel) + WeightOptions.options("bias", \.bias)

  /// The number of output channels.
  public var filters: Int
  /// The height and width of the kernel.
  public var kernelSize: HeightWidth
  /// The vertical and horizontal stride, in pixels.
  public var strides: HeightWidth
  /// The padding of the image.
  public var padding: Padding
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
    activation: ActivationFunction = .linear, useBias: Bool = true
  ) {
    precondition(filters > 0, "Conv2D needs 1 filter or more, got \(filters)")
    self.filters = filters
    self.kernelSize = kernelSize
    self.strides = strides
    self.padding = padding
    self.activation = activation
    self.useBias = useBias
  }

  public func outputShape(for input: Shape) throws -> Shape {
    let window = try window(over: input)
    try kernel.check("kernel", kernelShape(for: input))
    if useBias { try bias.check("bias", [filters]) }
    return [window.output.height, window.output.width, filters]
  }

  public func variables(for input: Shape) -> [VariableSpecification] {
    [kernel.variable("kernel", kernelShape(for: input))] + (useBias ? [bias.variable("bias", [filters])] : [])
  }

  private func kernelShape(for input: Shape) -> Shape {
    [kernelSize.height, kernelSize.width, input.dimensions[2], filters]
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    Conv2DOperation(layer: self, geometry: geometry(try window(over: site.input.shape)), kernels: site.kernels)
  }

  public func exchangeForm(for input: Shape) throws -> [ExchangeOperation] {
    let window = ExchangeWindow(try window(over: input), size: kernelSize, strides: strides)
    return [.convolution(kernel: "kernel", bias: useBias ? "bias" : nil, window: window)] + activation.exchangeForm
  }

  func window(over input: Shape) throws -> ImageWindow {
    try ImageWindow(over: input, size: kernelSize, strides: strides, padding: padding)
  }

  func geometry(_ window: ImageWindow) -> ConvolutionGeometry {
    ConvolutionGeometry(
      inputHeight: window.input.height, inputWidth: window.input.width, inputChannels: window.input.channels,
      kernelHeight: kernelSize.height, kernelWidth: kernelSize.width, strideHeight: strides.height,
      strideWidth: strides.width, paddingTop: window.paddingBefore.height, paddingLeft: window.paddingBefore.width,
      outputHeight: window.output.height, outputWidth: window.output.width, filters: filters)
  }
}

extension ConvolutionGeometry {
  /// (height, width, filters)
  var outputShape: Shape { [outputHeight, outputWidth, filters] }
  var inputCount: Int { inputHeight * inputWidth * inputChannels }
  var outputCount: Int { outputHeight * outputWidth * filters }
  /// The multiplications and additions per sample.
  var productOperations: Int { 2 * kernelHeight * kernelWidth * inputChannels * outputCount }
  /// The offset of the bias in floats, after the kernel.
  var biasOffset: Int { FloatBuffer.aligned(kernelHeight * kernelWidth * inputChannels * filters) }
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

  func variableGradients(_ frame: Frame, samples: Range<Int>, into gradients: UnsafeMutablePointer<Float>) {
    kernels.convolutionKernelGradient(
      input: frame.input + samples.lowerBound * geometry.inputCount,
      outputGradient: frame.outputGradient + samples.lowerBound * geometry.outputCount, kernelGradient: gradients,
      biasGradient: layer.useBias ? gradients + geometry.biasOffset : nil, samples: samples.count, geometry: geometry,
      positions: offsets.positions(frame.constants), taps: offsets.taps(frame.constants), scratch: frame.scratch)
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    kernels.convolutionInputGradient(
      outputGradient: frame.outputGradient, kernel: frame.variables, inputGradient: inputGradient,
      samples: frame.samples, geometry: geometry, positions: offsets.positions(frame.constants),
      scratch: frame.scratch)
  }
}
