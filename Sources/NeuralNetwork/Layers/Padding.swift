import Configuration

/// The padding of an image.
public enum Padding: String, CaseIterable, Sendable {
  /// None: windows stay inside the image.
  case valid
  /// Zeros, so that the output has ⌈input / stride⌉ pixels; an odd pixel of padding goes to the end.
  case same

  /// The outputs and the padding before of a window of `size` with `stride` over `input` pixels; nil if it does not
  /// fit.
  func placement(input: Int, size: Int, stride: Int) -> (output: Int, before: Int)? {
    switch self {
    case .valid:
      return input >= size ? ((input - size) / stride + 1, 0) : nil
    case .same:
      let output = (input + stride - 1) / stride
      return (output, max((output - 1) * stride + size - input, 0) / 2)
    }
  }
}

/// A window that moves over an image, shared by convolutions and pooling.
struct ImageWindow {
  let input: (height: Int, width: Int, channels: Int)
  let output: HeightWidth
  let paddingBefore: HeightWidth

  /// - Throws: `LayerShapeError` if `shape` is not an image, or the window is larger than it.
  init(over shape: Shape, size: HeightWidth, strides: HeightWidth, padding: Padding) throws {
    guard let image = shape.image else {
      throw LayerShapeError(needs: "an image (height, width, channels)")
    }
    guard let vertical = padding.placement(input: image.height, size: size.height, stride: strides.height),
      let horizontal = padding.placement(input: image.width, size: size.width, stride: strides.width)
    else {
      throw LayerShapeError(
        needs: "an image of at least \(size.height)x\(size.width) pixels",
        advice: "use a smaller window or padding: same")
    }
    guard size.height < 2 * image.height, size.width < 2 * image.width else {
      throw LayerShapeError(
        needs: "a window of at most \(2 * image.height - 1)x\(2 * image.width - 1) pixels, not "
          + "\(size.height)x\(size.width): it would extend past the padded image")
    }
    input = image
    output = HeightWidth(vertical.output, horizontal.output)
    paddingBefore = HeightWidth(vertical.before, horizontal.before)
  }
}
