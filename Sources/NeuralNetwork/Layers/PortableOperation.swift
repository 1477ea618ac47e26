import Configuration

/// An operation of a layer in terms common to other frameworks.
///
/// Exporters handle these instead of layers: a new layer that is composed of them needs no change in any exporter.
/// Variables have the names of `VariableSpecification`. The first operation of a layer reads the layer's inputs, each
/// further one the previous operation.
public enum PortableOperation: Sendable, Equatable {
  /// A cross-correlation with a kernel (height, width, in, out), and an optional bias (out).
  case convolution(kernel: String, bias: String?, window: PortableWindow)
  /// Max pooling; padding is smaller than every value.
  case maximum(window: PortableWindow)
  /// Average pooling; padding is excluded.
  case average(window: PortableWindow)
  /// (height, width, channels) flattened to one axis.
  case flatten
  /// A matrix product with a kernel (in, out), and an optional bias (out).
  case product(kernel: String, bias: String?)
  /// An elementwise function, or softmax over the last axis.
  case activation(ActivationFunction)
  /// (x − mean) · gamma / √(variance + ε) + beta per channel (the last axis).
  case normalization(PortableNormalization)
  /// x · scale + offset, elementwise.
  case scaling(scale: Double, offset: Double)
  /// The elementwise sum of the inputs.
  case sum
  /// The inputs concatenated along the last axis.
  case concatenation
  /// The mean of each channel over all positions: (1, 1, channels), or (channels).
  case globalAverage(keepsDimensions: Bool)
  /// The identity in inference; in training a fraction `rate` of the values is set to 0.
  case dropout(rate: Double)
}

/// The variables and constants of a batch normalization.
public struct PortableNormalization: Sendable, Equatable {
  /// The name of the variable; nil for 1 in each channel.
  public let gamma: String?
  /// The name of the variable; nil for 0 in each channel.
  public let beta: String?
  /// The name of the moving mean.
  public let mean: String
  /// The name of the moving variance.
  public let variance: String
  /// Added to the variance.
  public let epsilon: Double
  /// The fraction of the moving statistics that a training step keeps, as in Keras.
  public let momentum: Double
}

/// A window that moves over an image, with explicit padding on each side.
public struct PortableWindow: Sendable, Equatable {
  /// The height and width in pixels.
  public let size: HeightWidth
  /// The vertical and horizontal stride in pixels.
  public let strides: HeightWidth
  /// The padding above and left.
  public let paddingBefore: HeightWidth
  /// The padding below and right.
  public let paddingAfter: HeightWidth

  init(_ window: ImageWindow, size: HeightWidth, strides: HeightWidth) {
    self.size = size
    self.strides = strides
    paddingBefore = window.paddingBefore
    func after(_ input: Int, _ output: Int, _ size: Int, _ stride: Int, _ before: Int) -> Int {
      max((output - 1) * stride + size - input - before, 0)
    }
    paddingAfter = HeightWidth(
      after(window.input.height, window.output.height, size.height, strides.height, window.paddingBefore.height),
      after(window.input.width, window.output.width, size.width, strides.width, window.paddingBefore.width))
  }

  /// Whether there is no padding.
  public var isUnpadded: Bool { paddingBefore == [0, 0] && paddingAfter == [0, 0] }
}

extension ActivationFunction {
  /// The function as an operation of its own; empty for the identity.
  var portableForm: [PortableOperation] { self == .linear ? [] : [.activation(self)] }
}
