import Configuration

/// One step of what a layer computes, in the few words that all programs for networks share.
///
/// Exporters know these, and not the layers: a new layer that is made of them needs nothing from any exporter.
/// Variables go by the names of `VariableSpecification`.
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
