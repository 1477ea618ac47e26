import Configuration

/// One step of what a layer computes, in the few words that all programs for networks share.
///
/// Exporters know these, and not the layers: a new layer that is made of them needs nothing from any exporter.
/// Variables go by the names of `VariableSpecification`. The first operation of a layer reads the layer's inputs, each
/// further one the operation before it.
public enum PortableOperation: Sendable, Equatable {
  /// A correlation with a kernel (height, width, in, out), and a bias (out) if there is one.
  case convolution(kernel: String, bias: String?, window: PortableWindow)
  /// The largest value of each window; padding is smaller than every value.
  case maximum(window: PortableWindow)
  /// The mean of each window; padding does not count.
  case average(window: PortableWindow)
  /// (height, width, channels) becomes one axis.
  case flatten
  /// A product with a kernel (in, out), and a bias (out) if there is one.
  case product(kernel: String, bias: String?)
  /// A function of every value, or softmax over the last axis.
  case activation(ActivationFunction)
  /// (x − mean) · gamma / √(variance + ε) + beta for each channel (the last axis).
  case normalization(PortableNormalization)
  /// x · scale + offset of every value.
  case scaling(scale: Double, offset: Double)
  /// The sum of the inputs, value by value.
  case sum
  /// The inputs joined along the last axis.
  case concatenation
  /// The mean of each channel over all positions: (1, 1, channels), or (channels).
  case globalAverage(keepsDimensions: Bool)
  /// The input in inference; in training a share of the values is set to 0.
  case dropout(rate: Double)
}

/// The variables and constants of a batch normalization.
public struct PortableNormalization: Sendable, Equatable {
  /// Nil for none: 1 for each channel.
  public let gamma: String?
  /// Nil for none: 0 for each channel.
  public let beta: String?
  public let mean: String
  public let variance: String
  public let epsilon: Double
  /// The share of the moving statistics that a step of training keeps, as Keras has it.
  public let momentum: Double
}

/// How a window moves over an image, with the pixels of padding on each side written out.
public struct PortableWindow: Sendable, Equatable {
  public let size: HeightWidth
  public let strides: HeightWidth
  /// Above and left.
  public let paddingBefore: HeightWidth
  /// Below and right.
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

  /// Whether nothing is padded.
  public var isUnpadded: Bool { paddingBefore == [0, 0] && paddingAfter == [0, 0] }
}

extension ActivationFunction {
  /// The function as a step of its own; none for the identity.
  var portableForm: [PortableOperation] { self == .linear ? [] : [.activation(self)] }
}
