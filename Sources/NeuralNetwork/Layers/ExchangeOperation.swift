import Configuration

/// An operation of a layer in terms common to other frameworks.
///
/// Exporters handle these instead of layers: a new layer that is composed of them needs no change in any exporter.
/// Variables have the names of `VariableSpecification`. The first operation of a layer reads the layer's inputs, each
/// further one the previous operation.
public enum ExchangeOperation: Sendable, Equatable {
  /// A cross-correlation with a kernel (height, width, in / groups, out), and an optional bias (out). The values of the
  /// kernel may have other axes in the same order: (height, width, channels, out / channels).
  case convolution(kernel: String, bias: String?, window: ExchangeWindow, groups: Int)
  /// The transpose of a cross-correlation: its window moves over the output. The kernel is (height, width, out, in), the
  /// bias (out).
  case transposedConvolution(kernel: String, bias: String?, window: ExchangeWindow)
  /// An image resized to a size in pixels, without smoothing: bilinear, or the nearest pixel. Positions count from the
  /// edges of pixels, not from their centers.
  case resizing(from: HeightWidth, to: HeightWidth, isBilinear: Bool)
  /// Max pooling; padding is smaller than every value.
  case maximum(window: ExchangeWindow)
  /// Average pooling; padding is excluded.
  case average(window: ExchangeWindow)
  /// (height, width, channels) flattened to one axis.
  case flatten
  /// A matrix product with a kernel (in, out), and an optional bias (out).
  case product(kernel: String, bias: String?)
  /// An elementwise function, or softmax over the last axis.
  case activation(ActivationFunction)
  /// x where it is positive, else alpha · x; alpha has the axes of a sample.
  case parametricRelu(alpha: String)
  /// (x − mean) · gamma / √(variance + ε) + beta per channel (the last axis).
  case normalization(ExchangeNormalization)
  /// (x − mean) / √variance per channel (the last axis), with constants.
  case standardization(mean: [Double], variance: [Double])
  /// (x − mean) · gamma / √(variance + ε) + beta with the mean and the variance over the last axis.
  case layerNormalization(gamma: String?, beta: String?, epsilon: Double)
  /// Likewise, over all positions and groups of channels (the last axis).
  case groupNormalization(groups: Int, gamma: String?, beta: String?, epsilon: Double)
  /// x / √(Σ x²), with the sum over the last axis.
  case unitNormalization
  /// x · scale + offset, elementwise.
  case scaling(scale: Double, offset: Double)
  /// The elementwise sum of the inputs.
  case sum
  /// An elementwise function of the inputs.
  case merge(MergeFunction)
  /// The inputs concatenated along the last axis.
  case concatenation
  /// The mean of each channel over all positions: (1, 1, channels), or (channels).
  case globalAverage(keepsDimensions: Bool)
  /// The maximum of each channel over all positions: (1, 1, channels), or (channels).
  case globalMaximum(keepsDimensions: Bool)
  /// Zeros around an image.
  case padding(ImageBorders)
  /// An image without its borders.
  case cropping(ImageBorders)
  /// An enlarged image.
  case upsampling(UpSampling2D)
  /// The same values, in Keras' order, in another shape.
  case reshape
  /// The axes of a sample, from 1, in another order.
  case permutation([Int])
  /// The identity in inference; in training a fraction `rate` of the values is set to 0.
  case dropout(rate: Double)
}

extension ActivationFunction {
  /// The function as an operation of its own; empty for the identity.
  var exchangeForm: [ExchangeOperation] { self == .linear ? [] : [.activation(self)] }
}
