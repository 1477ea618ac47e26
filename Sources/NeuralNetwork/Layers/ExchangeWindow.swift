import Configuration

/// A window that moves over an image, with explicit padding on each side.
public struct ExchangeWindow: Sendable, Equatable {
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
