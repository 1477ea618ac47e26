import Configuration

/// A window that moves over an image, with explicit padding on each side.
public struct ExchangeWindow: Sendable, Equatable {
  /// The height and width in pixels.
  public let size: HeightWidth
  /// The vertical and horizontal stride in pixels.
  public let strides: HeightWidth
  /// The distance of the pixels that adjacent rows and columns of the window see.
  public let dilation: HeightWidth
  /// The padding above and left.
  public let paddingBefore: HeightWidth
  /// The padding below and right. Negative for a transposed convolution with pixels that no window covers.
  public let paddingAfter: HeightWidth

  init(_ window: ImageWindow, size: HeightWidth, strides: HeightWidth, dilation: HeightWidth = [1, 1]) {
    self.size = size
    self.strides = strides
    self.dilation = dilation
    paddingBefore = window.paddingBefore
    func after(_ input: Int, _ output: Int, _ size: Int, _ dilation: Int, _ stride: Int, _ before: Int) -> Int {
      max((output - 1) * stride + (size - 1) * dilation + 1 - input - before, 0)
    }
    paddingAfter = HeightWidth(
      after(
        window.input.height, window.output.height, size.height, dilation.height, strides.height,
        window.paddingBefore.height),
      after(
        window.input.width, window.output.width, size.width, dilation.width, strides.width, window.paddingBefore.width))
  }

  init(
    size: HeightWidth, strides: HeightWidth = [1, 1], dilation: HeightWidth = [1, 1],
    paddingBefore: HeightWidth = [0, 0], paddingAfter: HeightWidth = [0, 0]
  ) {
    self.size = size
    self.strides = strides
    self.dilation = dilation
    self.paddingBefore = paddingBefore
    self.paddingAfter = paddingAfter
  }

  /// Whether there is no padding.
  public var isUnpadded: Bool { paddingBefore == [0, 0] && paddingAfter == [0, 0] }
}
