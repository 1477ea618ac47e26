import Randomness

/// Replaces the values of a rectangle.
struct ImageErasing: ImageChange {
  enum Fill {
    /// A value for each of up to four channels, or the same four times for any number of channels.
    case values(SIMD4<Float>)
    /// Normal noise times a number, clipped to a range: drawn row by row.
    case noise(NormalNumbers, scale: Float, range: ClosedRange<Float>)
  }

  /// The rectangle's rows and columns: those from the first bound on, and before the second.
  let rows: (first: Float, end: Float)
  let columns: (first: Float, end: Float)
  let fill: Fill

  static func scratchCount(_ image: ImagePlanes) -> Int { 0 }

  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    y.update(from: x, count: image.count * image.planeCount)
    switch fill {
    case .values(let values):
      forEachErased(image) { index, channel in y[index] = values[channel & 3] }
    case .noise(var noise, let scale, let range):
      forEachErased(image) { index, _ in
        y[index] = min(max(noise.next() * scale, range.lowerBound), range.upperBound)
      }
    }
  }

  func transpose(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    dx.update(from: dy, count: image.count * image.planeCount)
    forEachErased(image) { index, _ in dx[index] = 0 }
  }

  /// Calls `body` for each erased value, in the order (row, column, channel).
  @inline(__always)
  private func forEachErased(_ image: ImagePlanes, _ body: (_ index: Int, _ channel: Int) -> Void) {
    for row in 0..<image.height where Float(row) >= rows.first && Float(row) < rows.end {
      for column in 0..<image.width where Float(column) >= columns.first && Float(column) < columns.end {
        let pixel = row * image.rowCount + column * image.channels
        // All channels are in one plane, or each in its own.
        for plane in 0..<image.count {
          for channel in 0..<image.channels { body(plane * image.planeCount + pixel + channel, plane + channel) }
        }
      }
    }
  }
}
