import Configuration
import Kernels

/// Convolution, bias, ReLU and 2x2 max pooling in one pass, for the first layers of the lesson's network.
///
/// It stands in for `Conv2D` - `MaxPooling2D` - `Flatten` - `Dense` when the image has one channel, the convolution
/// moves by 1 without padding and the pool is 2x2. What it writes lies (channels, height, width); the dense layer
/// behind permutes its weights accordingly.
struct OneChannelPooledConvolution: FusedComputation {
  static let layerCount = 2

  let parameters: [ParameterSpecification]
  let outputLayout: TensorLayout
  private let geometry: ConvolutionPoolingGeometry
  private let biasOffset: Int
  private let kernels: KernelSet

  init?(_ layers: ArraySlice<any Layer>, isFirst: Bool, input: TensorLayout, kernels: KernelSet) {
    let next = Array(layers.prefix(4))
    guard next.count == 4, let convolution = next[0] as? Conv2D, let pooling = next[1] as? MaxPooling2D,
      next[2] is Flatten, next[3] is Dense, isFirst, let image = input.shape.image,
      Self.covers(convolution, pooling, image)
    else { return nil }
    self.kernels = kernels
    let (height, width) = (convolution.kernelSize.height, convolution.kernelSize.width)
    geometry = ConvolutionPoolingGeometry(
      imageHeight: image.height, imageWidth: image.width, kernelHeight: height, kernelWidth: width,
      filters: convolution.filters, pooledHeight: (image.height - height + 1) / 2,
      pooledWidth: (image.width - width + 1) / 2)
    guard kernels.fitsConvolutionPooling(geometry) else { return nil }
    parameters = convolution.parameters(
      inputChannels: 1, kernelLayout: ParameterLayout(factors: [height * width, convolution.filters], order: [1, 0]))
    biasOffset = parameters[0].paddedCount
    let pooled: Shape = [geometry.pooledHeight, geometry.pooledWidth, convolution.filters]
    outputLayout = TensorLayout(pooled, channelsFirstImage: pooled)
  }

  private static func covers(
    _ convolution: Conv2D, _ pooling: MaxPooling2D, _ image: (height: Int, width: Int, channels: Int)
  ) -> Bool {
    image.channels == 1 && convolution.activation == .relu && convolution.useBias && convolution.padding == .valid
      && convolution.strides == HeightWidth(1, 1) && pooling == MaxPooling2D()
  }

  var outputCount: Int { outputLayout.shape.count }

  /// The argmax of each pooled value, a byte each, then the kernels' own scratch.
  func workspaceCount(samples: Int, shards: Int) -> Int {
    selectedFloats(samples: samples) + scratchCount + ShardBounds.levelsCount(of: parameterCount, shards: shards)
  }

  private var scratchCount: Int { FloatBuffer.padded(kernels.convolutionPoolingScratchCount(geometry)) }
  /// The floats of kernel and bias.
  private var parameterCount: Int { biasOffset + parameters[1].paddedCount }

  private func selectedFloats(samples: Int) -> Int { FloatBuffer.padded((samples * outputCount + 3) / 4) }

  private func selected(_ frame: ShardFrame) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(frame.workspace).bindMemory(to: UInt8.self, capacity: frame.samples * outputCount)
  }

  private func scratch(_ frame: ShardFrame) -> UnsafeMutablePointer<Float> {
    frame.workspace + selectedFloats(samples: frame.samples)
  }

  /// Only one of the four outputs under a pool window has a gradient.
  func operations(needsInputGradient: Bool) -> OperationCount {
    let taps = 2 * geometry.kernelHeight * geometry.kernelWidth
    return OperationCount(forward: 4 * taps * outputCount, backward: taps * outputCount)
  }

  func forward(_ frame: ShardFrame) {
    kernels.convolutionPoolingForward(
      images: frame.input, weights: frame.parameters, bias: frame.parameters + biasOffset, output: frame.output,
      selected: selected(frame), samples: frame.samples, geometry: geometry, scratch: scratch(frame))
  }

  func backward(
    _ frame: ShardFrame, outputGradient: UnsafeMutablePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    parameterGradients: UnsafeMutablePointer<Float>
  ) {
    precondition(inputGradient == nil, "the fused convolution stands first: nobody needs the gradient of the image")
    let (scratch, selected) = (scratch(frame), selected(frame))
    frame.shards.sum(
      into: parameterGradients, count: parameterCount, levels: scratch + scratchCount, kernels: kernels
    ) { samples, gradients in
      let first = samples.lowerBound * outputCount
      kernels.convolutionPoolingWeightGradient(
        images: frame.input + samples.lowerBound * geometry.imageHeight * geometry.imageWidth,
        output: frame.output + first, selected: selected + first, outputGradient: outputGradient + first,
        weightGradient: gradients, biasGradient: gradients + biasOffset, samples: samples.count, geometry: geometry,
        scratch: scratch)
    }
  }
}
