import Configuration
import Kernels

/// Fused convolution, bias, ReLU and 2x2 max pooling for a first layer over one channel.
///
/// It computes `Conv2D` and `MaxPooling2D` of images with one channel, where the convolution has strides of 1 and no
/// padding, and a dense layer follows. Its output is stored (channels, height, width); the layers up to the dense one
/// keep that order, and the dense one permutes its weights accordingly.
struct OneChannelPooledConvolution: Operation, FusionPattern {
  let output: TensorLayout
  let variableLayouts: [ParameterLayout]
  private let geometry: ConvolutionPoolingGeometry
  private let kernels: KernelSet

  static func match(at index: Int, input: TensorLayout, in context: LoweringContext) -> Fusion? {
    guard context.readsInput(index), let pool = ConvolutionPool(at: index, in: context),
      let pooling = pool.layers.last, let next = context.nextLayerWithOrder(after: pooling),
      context.layer(next) is Dense, let image = input.shape.image, covers(pool.convolution, image),
      let operation = Self(pool.convolution, image: image, kernels: context.kernels)
    else { return nil }
    return Fusion(operation: operation, layers: pool.layers)
  }

  private static func covers(_ convolution: Conv2D, _ image: (height: Int, width: Int, channels: Int)) -> Bool {
    image.channels == 1 && convolution.activation == .relu && convolution.useBias && convolution.padding == .valid
      && convolution.strides == HeightWidth(1, 1)
  }

  private init?(_ convolution: Conv2D, image: (height: Int, width: Int, channels: Int), kernels: KernelSet) {
    self.kernels = kernels
    let (height, width) = (convolution.kernelSize.height, convolution.kernelSize.width)
    geometry = ConvolutionPoolingGeometry(
      imageHeight: image.height, imageWidth: image.width, kernelHeight: height, kernelWidth: width,
      filters: convolution.filters, pooledHeight: (image.height - height + 1) / 2,
      pooledWidth: (image.width - width + 1) / 2)
    guard kernels.fitsConvolutionPooling(geometry) else { return nil }
    variableLayouts = [ParameterLayout(factors: [height * width, convolution.filters], order: [1, 0])]
    let pooled: Shape = [geometry.pooledHeight, geometry.pooledWidth, convolution.filters]
    output = TensorLayout(pooled, channelsFirstImage: pooled)
  }

  private var outputCount: Int { output.shape.count }
  private var biasOffset: Int { FloatBuffer.aligned(geometry.kernelHeight * geometry.kernelWidth * geometry.filters) }

  var backwardReads: BackwardReads { [.inputs, .output] }
  /// The argmax of each pooled value.
  var keptBytes: Int { outputCount }
  func scratchCount(samples: Int) -> Int { kernels.convolutionPoolingScratchCount(geometry) }

  private func selected(_ frame: Frame) -> UnsafeMutablePointer<UInt8> {
    frame.kept.bindMemory(to: UInt8.self, capacity: frame.samples * outputCount)
  }

  /// Only one of the four outputs in a pool window has a gradient.
  func operations(needsInputGradient: Bool) -> OperationCount {
    let taps = 2 * geometry.kernelHeight * geometry.kernelWidth
    return OperationCount(forward: 4 * taps * outputCount, backward: taps * outputCount)
  }

  func forward(_ frame: Frame) {
    kernels.convolutionPoolingForward(
      images: frame.input, weights: frame.variables, bias: frame.variables + biasOffset, output: frame.output,
      selected: selected(frame), samples: frame.samples, geometry: geometry, scratch: frame.scratch)
  }

  /// Parts of some filters.
  var gradientParts: Int { (geometry.filters + 1) / 2 }

  func variableGradients(
    _ frame: Frame, samples: Range<Int>, part: GradientPart, into gradients: UnsafeMutablePointer<Float>
  ) {
    let first = samples.lowerBound * outputCount
    kernels.convolutionPoolingWeightGradient(
      images: frame.input + samples.lowerBound * geometry.imageHeight * geometry.imageWidth,
      output: frame.output + first, selected: selected(frame) + first, outputGradient: frame.outputGradient + first,
      weightGradient: gradients, biasGradient: gradients + biasOffset, samples: samples.count, geometry: geometry,
      range: part.range(of: geometry.filters), scratch: frame.scratch)
  }

  /// Computes no gradient: it reads the model's input.
  func inputGradients(_ frame: Frame) {
    precondition(frame.inputGradient == nil, "must be the first layer: it does not compute an input gradient")
  }
}
