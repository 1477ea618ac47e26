import Configuration
import Kernels

/// A layer whose kernel moves over an image, and what its options have in common.
protocol ConvolutionLayer: UnaryLayer {
  /// The height and width of the kernel.
  var kernelSize: HeightWidth { get }
  /// The vertical and horizontal stride, in pixels.
  var strides: HeightWidth { get }
  /// The padding of the image.
  var padding: Padding { get }
  /// The distance in the image of the pixels that adjacent rows and columns of the kernel see.
  var dilationRate: HeightWidth { get }
}

extension ConvolutionLayer {
  /// The height and width of the part of the image that the kernel sees: (size − 1) · dilation + 1.
  var coveredSize: HeightWidth {
    HeightWidth(
      (kernelSize.height - 1) * dilationRate.height + 1, (kernelSize.width - 1) * dilationRate.width + 1)
  }

  /// Whether strides and dilation exclude each other, as in Keras.
  var combinesStridesAndDilation: Bool {
    max(strides.height, strides.width) > 1 && max(dilationRate.height, dilationRate.width) > 1
  }

  /// - Throws: `ConfigurationError` for strides together with dilation.
  func checkDilation(_ reader: ConfigurationReader) throws {
    guard combinesStridesAndDilation else { return }
    throw reader.error(
      .conflict(
        "dilation is possible only with strides of 1, as in Keras. The strides are "
          + "[\(strides.height), \(strides.width)]; set strides or dilation_rate to 1."), at: "dilation_rate")
  }

  /// - Throws: `LayerShapeError` if `input` is not an image, or smaller than the kernel.
  func window(over input: Shape) throws -> ImageWindow {
    try ImageWindow(over: input, size: coveredSize, strides: strides, padding: padding)
  }

  func geometry(_ window: ImageWindow, filters: Int, groups: Int) -> ConvolutionGeometry {
    ConvolutionGeometry(
      inputHeight: window.input.height, inputWidth: window.input.width, inputChannels: window.input.channels,
      kernelHeight: kernelSize.height, kernelWidth: kernelSize.width, strideHeight: strides.height,
      strideWidth: strides.width, paddingTop: window.paddingBefore.height, paddingLeft: window.paddingBefore.width,
      outputHeight: window.output.height, outputWidth: window.output.width, filters: filters,
      dilationHeight: dilationRate.height, dilationWidth: dilationRate.width, groups: groups)
  }

  func exchangeWindow(_ window: ImageWindow) -> ExchangeWindow {
    ExchangeWindow(window, size: kernelSize, strides: strides, dilation: dilationRate)
  }
}

extension ConvolutionGeometry {
  /// (height, width, filters)
  var outputShape: Shape { [outputHeight, outputWidth, filters] }
  var inputCount: Int { inputHeight * inputWidth * inputChannels }
  var outputCount: Int { outputHeight * outputWidth * filters }
  /// The taps of a filter: its weights, (height, width, channels).
  var tapCount: Int { kernelHeight * kernelWidth * (inputChannels / groups) }
  /// The multiplications and additions per sample.
  var productOperations: Int { 2 * tapCount * outputCount }
  /// The offset of the bias in floats, after the kernel.
  var biasOffset: Int { FloatBuffer.aligned(tapCount * filters) }

  /// A kernel of 1x1 over the output of this convolution.
  func followedByPixels(filters count: Int) -> ConvolutionGeometry {
    ConvolutionGeometry(
      inputHeight: outputHeight, inputWidth: outputWidth, inputChannels: filters, kernelHeight: 1, kernelWidth: 1,
      strideHeight: 1, strideWidth: 1, paddingTop: 0, paddingLeft: 0, outputHeight: outputHeight,
      outputWidth: outputWidth, filters: count, dilationHeight: 1, dilationWidth: 1, groups: 1)
  }
}
