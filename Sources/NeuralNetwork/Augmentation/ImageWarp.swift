/// An affine map of an image's positions: pixel (column x, row y) of the output has the source
///
///     (a0 · x + a1 · y + a2, b0 · x + b1 · y + b2),
///
/// the nearest pixel, or a weighted mean of the four around it. Those beyond the edge are given by the fill mode.
struct ImageWarp: ImageChange {
  let a: (Float, Float, Float)
  let b: (Float, Float, Float)
  let fillMode: FillMode
  let interpolation: RandomTranslation.Interpolation
  /// The value beyond the edge for `FillMode.constant`.
  let fillValue: Float

  static func scratchCount(_ image: ImagePlanes) -> Int { 0 }

  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    y.update(repeating: 0, count: image.count * image.planeCount)
    forEachSource(image) { pixel, source, weight in
      for plane in 0..<image.count {
        let target = y + plane * image.planeCount + pixel
        if let source {
          let values = x + plane * image.planeCount + source
          for channel in 0..<image.channels { target[channel] += weight * values[channel] }
        } else {
          for channel in 0..<image.channels { target[channel] += weight * fillValue }
        }
      }
    }
  }

  func transpose(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    dx.update(repeating: 0, count: image.count * image.planeCount)
    forEachSource(image) { pixel, source, weight in
      guard let source else { return }
      for plane in 0..<image.count {
        let values = dy + plane * image.planeCount + pixel
        let target = dx + plane * image.planeCount + source
        for channel in 0..<image.channels { target[channel] += weight * values[channel] }
      }
    }
  }

  /// Calls `body` for each pixel and each of its sources, in a fixed order.
  ///
  /// - Parameter body: the offsets in a plane of the pixel and of its source (nil for the fill value), and the weight.
  @inline(__always)
  private func forEachSource(_ image: ImagePlanes, _ body: (_ pixel: Int, _ source: Int?, _ weight: Float) -> Void) {
    for row in 0..<image.height {
      for column in 0..<image.width {
        let (x, y) = (Float(column), Float(row))
        let (sourceX, sourceY) = (a.0 * x + a.1 * y + a.2, b.0 * x + b.1 * y + b.2)
        let pixel = row * image.rowCount + column * image.channels
        switch interpolation {
        case .nearest:
          body(pixel, offset(TranslatedAxis.rounded(sourceY), TranslatedAxis.rounded(sourceX), image), 1)
        case .bilinear:
          let (left, top) = (TranslatedAxis.floor(sourceX), TranslatedAxis.floor(sourceY))
          let (right, below) = (sourceX - Float(left), sourceY - Float(top))
          body(pixel, offset(top, left, image), (1 - below) * (1 - right))
          body(pixel, offset(top, left + 1, image), (1 - below) * right)
          body(pixel, offset(top + 1, left, image), below * (1 - right))
          body(pixel, offset(top + 1, left + 1, image), below * right)
        }
      }
    }
  }

  @inline(__always)
  private func offset(_ row: Int, _ column: Int, _ image: ImagePlanes) -> Int? {
    guard let row = fillMode.pixel(at: row, size: image.height),
      let column = fillMode.pixel(at: column, size: image.width)
    else { return nil }
    return row * image.rowCount + column * image.channels
  }
}
