import Configuration

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
