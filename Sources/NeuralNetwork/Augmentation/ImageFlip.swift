/// Mirrors an image horizontally, vertically, or both. The map is its own transpose.
struct ImageFlip: ImageChange {
  let isHorizontal: Bool
  let isVertical: Bool

  static func scratchCount(_ image: ImagePlanes) -> Int { 0 }

  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    for plane in 0..<image.count {
      for row in 0..<image.height {
        let source = x + plane * image.planeCount + (isVertical ? image.height - 1 - row : row) * image.rowCount
        let target = y + plane * image.planeCount + row * image.rowCount
        if isHorizontal {
          reverse(source, into: target, image)
        } else {
          target.update(from: source, count: image.rowCount)
        }
      }
    }
  }

  func transpose(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    apply(dy, to: dx, image, scratch: scratch)
  }

  /// Writes the pixels of a row in reverse order.
  private func reverse(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, _ image: ImagePlanes) {
    let channels = image.channels
    for column in 0..<image.width {
      let (from, to) = (column * channels, (image.width - 1 - column) * channels)
      for channel in 0..<channels { target[to + channel] = source[from + channel] }
    }
  }
}
