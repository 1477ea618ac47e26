/// Resizes images as `keras.utils.image_dataset_from_directory` (`tf.image.resize`, without antialiasing) does.
///
/// The values are computed in single precision by the formulas of TensorFlow, with the same bits on every instruction set.
package struct ImageResizing: Equatable, Sendable {
  /// Part of the names under which results are kept: another number whenever the same image gives other values.
  package static let version = 1

  package let height: Int, width: Int
  package let interpolation: Interpolation
  /// Whether the largest part in the middle of the image that has the new aspect ratio is resized, instead of the whole:
  /// `crop_to_aspect_ratio` of Keras.
  package let cropsToAspectRatio: Bool

  package init(height: Int, width: Int, interpolation: Interpolation = .bilinear, cropsToAspectRatio: Bool = false) {
    precondition(height > 0 && width > 0, "an image of \(height)x\(width)")
    self.height = height
    self.width = width
    self.interpolation = interpolation
    self.cropsToAspectRatio = cropsToAspectRatio
  }

  /// The values of the resized image, (height, width, channels), within 0...255.
  package func resized(_ image: DecodedImage) -> [Float] {
    let count = height * width * image.channels
    return [Float](unsafeUninitializedCapacity: count) { floats, initialized in
      if let start = floats.baseAddress { resize(image, into: start) }
      initialized = count
    }
  }

  /// Writes the resized image.
  ///
  /// - Parameter floats: memory for (height, width, channels) values.
  package func resize(_ image: DecodedImage, into floats: UnsafeMutablePointer<Float>) {
    let whole = (row: 0, column: 0, height: image.height, width: image.width)
    let part = cropsToAspectRatio ? croppedPart(of: image) : whole
    image.pixels.withUnsafeBufferPointer { pixels in
      guard let start = pixels.baseAddress else { return }
      let source = PixelSource(
        start: start + (part.row * image.width + part.column) * image.channels, height: part.height, width: part.width,
        channels: image.channels, rowStride: image.width * image.channels)
      if part.height == height, part.width == width { return source.copy(into: floats) }
      switch interpolation {
      case .bilinear: source.resizeBilinear(height: height, width: width, into: floats)
      case .nearest: source.resizeNearest(height: height, width: width, into: floats)
      case .area: source.resizeArea(height: height, width: width, into: floats)
      }
    }
  }

  /// The part in the middle that has the new aspect ratio, as `keras.utils.smart_resize` computes it.
  func croppedPart(of image: DecodedImage) -> (row: Int, column: Int, height: Int, width: Int) {
    let partHeight = max(1, min(image.height, image.width * height / width))
    let partWidth = max(1, min(image.width, image.height * width / height))
    return ((image.height - partHeight) / 2, (image.width - partWidth) / 2, partHeight, partWidth)
  }
}
