/// How pixels of a resized image are computed along an axis, from a part of the image.
struct ResampledAxis {
  /// The first pixel of the part, and its size.
  let start: Int
  let size: Int
  /// The pixels of the result.
  let count: Int
  let interpolation: RandomTranslation.Interpolation

  /// The two sources of a pixel and the weight of the second, with the centers of pixels at halves: the source of the center
  /// i + ½ is (i + ½) · size / count. Beyond the centers at the edges it is the pixel at the edge.
  @inline(__always)
  func source(of index: Int) -> (first: Int, second: Int, weight: Float) {
    switch interpolation {
    case .nearest:
      let pixel = start + min((2 * index + 1) * size / (2 * count), size - 1)
      return (pixel, pixel, 0)
    case .bilinear:
      // Twice the position, times the count: (2i + 1) · size − count.
      let position = (2 * index + 1) * size - count
      guard position > 0 else { return (start, start, 0) }
      let (pixel, rest) = position.quotientAndRemainder(dividingBy: 2 * count)
      guard pixel < size - 1 else { return (start + size - 1, start + size - 1, 0) }
      return (start + pixel, start + pixel + 1, Float(rest) / Float(2 * count))
    }
  }
}

/// A part of an image.
struct ImagePart: Equatable {
  var top: Int
  var left: Int
  var height: Int
  var width: Int

  /// The largest part at the center with the aspect ratio of another size, as Keras rounds it.
  ///
  /// - Parameters:
  ///   - image: the (height, width) of the image.
  ///   - target: the size whose ratio it has.
  static func centered(in image: (height: Int, width: Int), like target: (height: Int, width: Int)) -> ImagePart {
    let height = max(min(image.height, image.width * target.height / target.width), 1)
    let width = max(min(image.width, image.height * target.width / target.height), 1)
    return ImagePart(
      top: (image.height - height) / 2, left: (image.width - width) / 2, height: height, width: width)
  }
}
