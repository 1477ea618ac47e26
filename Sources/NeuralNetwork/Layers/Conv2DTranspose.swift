import Configuration
import Kernels

/// The transpose of a 2-D convolution, with a bias per filter and an activation: each input pixel adds the kernel, times
/// its value, to a window of the output; windows are `strides` apart.
///
/// The kernel is (height, width, filters, in), as Keras stores it.
public struct Conv2DTranspose: ConvolutionLayer, ActivatedLayer, WeightedLayer, Equatable {
  public static let className = "Conv2DTranspose"
  public static let classAliases = ["Convolution2DTranspose"]
  public static let typeName = "conv2d_transpose"
  public static let prototype = Conv2DTranspose(filters: 1, kernelSize: [1, 1])
  private static let ownSchema: Schema = [
    .integer("filters", \.filters, in: 1...LayerLimits.size, isRequired: true),
    .heightWidth("kernel_size", \.kernelSize, in: 1...LayerLimits.size, isRequired: true),
    .heightWidth("strides", \.strides, in: 1...LayerLimits.size),
    .choice("padding", \.padding),
    ConfigurationOption("output_padding") { reader, layer in
      guard reader.node("output_padding") != nil else { return }
      layer.outputPadding = try reader.heightWidth("output_padding", in: 0...LayerLimits.size)
    } write: {
      $0.outputPadding?.configuration ?? .null
    },
    .heightWidth("dilation_rate", \.dilationRate, in: 1...LayerLimits.size),
    .choice("activation", \.activation),
    .bool("use_bias", \.useBias),
  ]
  public static let schema: Schema = ownSchema + weightSchema
  static let weights: [LayerWeight<Conv2DTranspose>] = [
    LayerWeight("kernel", \.kernel) { layer, input in
      [layer.kernelSize.height, layer.kernelSize.width, layer.filters, input.dimensions[2]]
    },
    LayerWeight("bias", \.bias) { layer, _ in layer.useBias ? [layer.filters] : nil },
  ]

  /// The number of output channels.
  public var filters: Int
  /// The height and width of the kernel.
  public var kernelSize: HeightWidth
  /// The vertical and horizontal distance of the windows, in pixels.
  public var strides: HeightWidth
  /// `valid` keeps all pixels that a window reaches, `same` as many as inputs · stride.
  public var padding: Padding
  /// The pixels added at the end of each axis, fewer than its stride; nil for Keras' choice, see `TransposedWindow`.
  public var outputPadding: HeightWidth?
  /// The distance in the output of the pixels of adjacent rows and columns of the kernel; 1 if there are strides.
  public var dilationRate: HeightWidth
  /// The function applied to the outputs.
  public var activation: ActivationFunction
  /// Whether each filter has a bias.
  public var useBias: Bool
  /// The options of the kernel.
  public var kernel = WeightOptions(GlorotUniform())
  /// The options of the bias.
  public var bias = WeightOptions(Zeros())

  /// Creates a transposed convolution layer.
  public init(
    filters: Int, kernelSize: HeightWidth, strides: HeightWidth = HeightWidth(1, 1), padding: Padding = .valid,
    outputPadding: HeightWidth? = nil, dilationRate: HeightWidth = HeightWidth(1, 1),
    activation: ActivationFunction = .linear, useBias: Bool = true
  ) {
    precondition(filters > 0, "Conv2DTranspose needs 1 filter or more, got \(filters)")
    self.filters = filters
    self.kernelSize = kernelSize
    self.strides = strides
    self.padding = padding
    self.outputPadding = outputPadding
    self.dilationRate = dilationRate
    self.activation = activation
    self.useBias = useBias
    precondition(!combinesStridesAndDilation, "dilation is possible only with strides of 1")
    precondition(!exceedsStrides, "the output padding must be less than the strides")
  }

  public init(options reader: ConfigurationReader) throws {
    self = try .read(reader)
    try checkDilation(reader)
    guard !exceedsStrides else {
      throw reader.error(
        .conflict("the output padding must be less than the strides, [\(strides.height), \(strides.width)]."),
        at: "output_padding")
    }
  }

  private var exceedsStrides: Bool {
    guard let outputPadding else { return false }
    return outputPadding.height >= strides.height || outputPadding.width >= strides.width
  }

  public func outputShape(for input: Shape) throws -> Shape {
    let geometry = try geometry(over: input)
    try checkWeights(for: input)
    return [geometry.inputHeight, geometry.inputWidth, filters]
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    Conv2DTransposeOperation(layer: self, geometry: try geometry(over: site.input.shape), kernels: site.kernels)
  }

  public func exchangeForm(for input: Shape) throws -> [ExchangeOperation] {
    let (rows, columns) = try windows(over: input)
    let window = ExchangeWindow(
      size: kernelSize, strides: strides, dilation: dilationRate,
      paddingBefore: HeightWidth(rows.before, columns.before), paddingAfter: HeightWidth(rows.after, columns.after))
    return [.transposedConvolution(kernel: "kernel", bias: useBias ? "bias" : nil, window: window)]
      + activation.exchangeForm
  }

  private func windows(over input: Shape) throws -> (rows: TransposedWindow, columns: TransposedWindow) {
    guard let image = input.image else { throw LayerShapeError(needs: "an image (height, width, channels)") }
    let size = coveredSize
    let rows = TransposedWindow(
      input: image.height, size: size.height, stride: strides.height, padding: padding,
      outputPadding: outputPadding?.height)
    let columns = TransposedWindow(
      input: image.width, size: size.width, stride: strides.width, padding: padding,
      outputPadding: outputPadding?.width)
    guard rows.output > 0, columns.output > 0 else {
      throw LayerShapeError(needs: "an image whose output has a pixel or more", advice: "use a larger output_padding")
    }
    guard size.height < 2 * rows.output, size.width < 2 * columns.output else {
      throw LayerShapeError(
        needs: "a window of at most \(2 * rows.output - 1)x\(2 * columns.output - 1) pixels, not "
          + "\(size.height)x\(size.width): it would extend past the padded output")
    }
    return (rows, columns)
  }

  /// The convolution whose input has the shape of this layer's output: forward and backward are exchanged.
  private func geometry(over input: Shape) throws -> ConvolutionGeometry {
    let (rows, columns) = try windows(over: input)
    return ConvolutionGeometry(
      inputHeight: rows.output, inputWidth: columns.output, inputChannels: filters, kernelHeight: kernelSize.height,
      kernelWidth: kernelSize.width, strideHeight: strides.height, strideWidth: strides.width,
      paddingTop: rows.before, paddingLeft: columns.before, outputHeight: input.dimensions[0],
      outputWidth: input.dimensions[1], filters: input.dimensions[2], dilationHeight: dilationRate.height,
      dilationWidth: dilationRate.width, groups: 1)
  }
}

/// The input gradient of a convolution as the forward pass, and its forward pass as the input gradient.
struct Conv2DTransposeOperation: Operation {
  let output: TensorLayout
  private let layer: Conv2DTranspose
  private let geometry: ConvolutionGeometry
  private let offsets: ConvolutionOffsets
  private let kernels: KernelSet

  init(layer: Conv2DTranspose, geometry: ConvolutionGeometry, kernels: KernelSet) {
    self.layer = layer
    self.geometry = geometry
    self.kernels = kernels
    offsets = ConvolutionOffsets(geometry, kernels: kernels)
    output = TensorLayout([geometry.inputHeight, geometry.inputWidth, layer.filters])
  }

  var backwardReads: BackwardReads { layer.activation == .linear ? .inputs : [.inputs, .output] }
  func scratchCount(samples: Int) -> Int { kernels.convolutionScratchCount(geometry) }
  var constantCount: Int { offsets.count }
  func prepare(_ constants: UnsafeMutablePointer<Float>) { offsets.fill(constants) }

  private func rows(samples: Int) -> Int { samples * geometry.inputHeight * geometry.inputWidth }

  func operations(needsInputGradient: Bool) -> OperationCount {
    let product = geometry.productOperations
    return OperationCount(forward: product, backward: needsInputGradient ? 2 * product : product)
  }

  func forward(_ frame: Frame) {
    kernels.convolutionInputGradient(
      outputGradient: frame.input, kernel: frame.variables, inputGradient: frame.output, samples: frame.samples,
      geometry: geometry, positions: offsets.gradientPositions(frame.constants),
      taps: offsets.gradientTaps(frame.constants), scratch: frame.scratch)
    let (rows, filters) = (rows(samples: frame.samples), layer.filters)
    if layer.useBias {
      let bias = frame.variables + geometry.biasOffset
      for row in 0..<rows {
        let pixel = frame.output + row * filters
        for filter in 0..<filters { pixel[filter] += bias[filter] }
      }
    }
    layer.activation.forward(frame.output, rows: rows, columns: filters, kernels: kernels)
  }

  func beginBackward(_ frame: Frame) {
    layer.activation.backward(
      outputs: frame.output, gradient: frame.outputGradient, rows: rows(samples: frame.samples),
      columns: layer.filters, kernels: kernels)
  }

  /// Parts of a tile of taps or more.
  var gradientParts: Int { (geometry.tapCount + 7) / 8 }

  func variableGradients(
    _ frame: Frame, samples: Range<Int>, part: GradientPart, into gradients: UnsafeMutablePointer<Float>
  ) {
    let outputGradient = frame.outputGradient + samples.lowerBound * geometry.inputCount
    kernels.convolutionKernelGradient(
      input: outputGradient, outputGradient: frame.input + samples.lowerBound * geometry.outputCount,
      kernelGradient: gradients, biasGradient: nil, samples: samples.count, geometry: geometry,
      range: part.range(of: geometry.tapCount), positions: offsets.positions(frame.constants),
      taps: offsets.taps(frame.constants), scratch: frame.scratch)
    guard layer.useBias, part.index == 0 else { return }
    kernels.sumRows(
      outputGradient, rows: rows(samples: samples.count), columns: layer.filters, gradients + geometry.biasOffset)
  }

  func inputGradients(_ frame: Frame) {
    guard let inputGradient = frame.inputGradient else { return }
    kernels.convolutionForward(
      input: frame.outputGradient, kernel: frame.variables, bias: nil, output: inputGradient, samples: frame.samples,
      geometry: geometry, relu: false, positions: offsets.positions(frame.constants),
      taps: offsets.taps(frame.constants), scratch: frame.scratch)
  }
}
