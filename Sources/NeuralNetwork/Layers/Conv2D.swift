import Configuration
import Kernels

/// A convolution over (height, width): `filters` windows that see all channels, a bias each, and an activation.
///
/// The kernel is (height, width, in, filters), as Keras stores it. What Keras calls convolution is a correlation: the
/// kernel is not flipped.
public struct Conv2D: Layer, Equatable {
  public static let className = "Conv2D"
  public static let classAliases = ["Convolution2D"]
  public static let typeName = "conv2d"
  public static let optionKeys = ["filters", "kernel_size", "strides", "padding", "activation", "use_bias"]

  public var filters: Int
  public var kernelSize: HeightWidth
  public var strides: HeightWidth
  public var padding: Padding
  public var activation: ActivationFunction
  public var useBias: Bool

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

  public init(options: ConfigurationReader) throws {
    filters = try options.integer("filters", in: 1...LayerLimits.size)
    kernelSize = try options.heightWidth("kernel_size", in: 1...LayerLimits.size)
    strides = try options.heightWidth("strides", in: 1...LayerLimits.size, default: HeightWidth(1, 1))
    padding = try Padding(options: options)
    activation = try ActivationFunction(options: options)
    useBias = try options.bool("use_bias", default: true)
  }

  public var options: [ConfigurationEntry] {
    [
      ConfigurationEntry("filters", ConfigurationNode(.integer(filters))),
      ConfigurationEntry("kernel_size", kernelSize.configuration),
      ConfigurationEntry("strides", strides.configuration),
      ConfigurationEntry("padding", ConfigurationNode(.string(padding.rawValue))),
      ConfigurationEntry("activation", ConfigurationNode(.string(activation.rawValue))),
      ConfigurationEntry("use_bias", ConfigurationNode(.bool(useBias))),
    ]
  }

  public func outputShape(for input: Shape) throws -> Shape {
    let window = try window(over: input)
    return [window.output.height, window.output.width, filters]
  }

  public func makeComputation(for input: TensorLayout, kernels: KernelSet) throws -> (any LayerComputation)? {
    Conv2DComputation(layer: self, window: try window(over: input.shape), kernels: kernels)
  }

  public func portableForm(for input: Shape) throws -> [PortableOperation] {
    let window = PortableWindow(try window(over: input), size: kernelSize, strides: strides)
    return [.convolution(kernel: "kernel", bias: useBias ? "bias" : nil, window: window)] + activation.portableForm
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

  /// The kernel and, if there is one, the bias.
  func parameters(inputChannels: Int, kernelLayout: ParameterLayout? = nil) -> [ParameterSpecification] {
    let kernel = ParameterSpecification(
      name: "kernel", shape: [kernelSize.height, kernelSize.width, inputChannels, filters],
      initializer: GlorotUniform(), layout: kernelLayout)
    let bias = ParameterSpecification(name: "bias", shape: [filters], initializer: Zeros())
    return useBias ? [kernel, bias] : [kernel]
  }
}

/// Computes any convolution.
struct Conv2DComputation: LayerComputation {
  let parameters: [ParameterSpecification]
  private let layer: Conv2D
  private let geometry: ConvolutionGeometry
  private let offsets: ConvolutionOffsets
  private let biasOffset: Int
  private let kernels: KernelSet

  init(layer: Conv2D, window: ImageWindow, kernels: KernelSet) {
    self.layer = layer
    self.kernels = kernels
    geometry = layer.geometry(window)
    offsets = ConvolutionOffsets(geometry, kernels: kernels)
    parameters = layer.parameters(inputChannels: window.input.channels)
    biasOffset = parameters[0].paddedCount
  }

  private var inputCount: Int { geometry.inputHeight * geometry.inputWidth * geometry.inputChannels }
  var outputCount: Int { geometry.outputHeight * geometry.outputWidth * layer.filters }
  /// The floats of kernel and bias.
  private var parameterCount: Int { parameters.reduce(0) { $0 + $1.paddedCount } }
  private var scratchCount: Int { FloatBuffer.padded(kernels.convolutionScratchCount(geometry)) }

  /// The tables of offsets, the scratch of the kernels, the levels of the sum over shards.
  func workspaceCount(samples: Int, shards: Int) -> Int {
    offsets.count + scratchCount + ShardBounds.levelsCount(of: parameterCount, shards: shards)
  }

  func prepare(_ workspace: UnsafeMutablePointer<Float>) { offsets.fill(workspace) }

  private func scratch(_ frame: ShardFrame) -> UnsafeMutablePointer<Float> { frame.workspace + offsets.count }

  private func rows(_ frame: ShardFrame) -> Int { frame.samples * geometry.outputHeight * geometry.outputWidth }

  func operations(needsInputGradient: Bool) -> OperationCount {
    let product = 2 * geometry.kernelHeight * geometry.kernelWidth * geometry.inputChannels * outputCount
    return OperationCount(forward: product, backward: needsInputGradient ? 2 * product : product)
  }

  func forward(_ frame: ShardFrame) {
    let isRelu = layer.activation == .relu
    kernels.convolutionForward(
      input: frame.input, kernel: frame.parameters, bias: layer.useBias ? frame.parameters + biasOffset : nil,
      output: frame.output, samples: frame.samples, geometry: geometry, relu: isRelu,
      positions: offsets.positions(frame.workspace), taps: offsets.taps(frame.workspace), scratch: scratch(frame))
    if !isRelu {
      layer.activation.forward(frame.output, rows: rows(frame), columns: layer.filters, kernels: kernels)
    }
  }

  func backward(
    _ frame: ShardFrame, outputGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    parameterGradients: UnsafeMutablePointer<Float>
  ) {
    layer.activation.backward(
      outputs: frame.output, gradient: outputGradient, rows: rows(frame), columns: layer.filters, kernels: kernels)
    frame.shards.sum(
      into: parameterGradients, count: parameterCount, levels: scratch(frame) + scratchCount, kernels: kernels
    ) { samples, gradients in
      kernels.convolutionKernelGradient(
        input: frame.input + samples.lowerBound * inputCount,
        outputGradient: outputGradient + samples.lowerBound * outputCount, kernelGradient: gradients,
        biasGradient: layer.useBias ? gradients + biasOffset : nil, samples: samples.count, geometry: geometry,
        positions: offsets.positions(frame.workspace), taps: offsets.taps(frame.workspace), scratch: scratch(frame))
    }
    if let inputGradient {
      kernels.convolutionInputGradient(
        outputGradient: outputGradient, kernel: frame.parameters, inputGradient: inputGradient,
        samples: frame.samples, geometry: geometry, positions: offsets.positions(frame.workspace),
        scratch: scratch(frame))
    }
  }
}
