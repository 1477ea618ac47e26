extension PixelSource {
  func resizeBilinear(height newHeight: Int, width newWidth: Int, into floats: UnsafeMutablePointer<Float>) {
    let rows = BilinearPoint.points(of: height, count: newHeight)
    let columns = BilinearPoint.points(of: width, count: newWidth)
    let count = newWidth * channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { buffer in
      guard var first = buffer.baseAddress else { return }
      var second = first + count
      // The rows of the original that are in the buffers: where an image is enlarged, they are used again.
      var (firstRow, secondRow) = (-1, -1)
      var target = floats
      for point in rows {
        if point.first == secondRow {
          swap(&first, &second)
          swap(&firstRow, &secondRow)
        }
        if point.first != firstRow { interpolate(point.first, columns, into: first) }
        if point.second != secondRow, point.second != point.first { interpolate(point.second, columns, into: second) }
        firstRow = point.first
        if point.second != point.first { secondRow = point.second }
        Self.mix(first, point.second == point.first ? first : second, point.fraction, into: target, count)
        target += count
      }
    }
  }

  /// Interpolates along a row.
  private func interpolate(_ row: Int, _ columns: [BilinearPoint], into target: UnsafeMutablePointer<Float>) {
    let source = self.row(row)
    columns.withUnsafeBufferPointer { columns in
      withConstantChannels { channels in
        var target = target
        for point in columns {
          let (first, second) = (source + point.first * channels, source + point.second * channels)
          for channel in 0..<channels {
            let value = Float(first[channel])
            target[channel] = value + (Float(second[channel]) - value) * point.fraction
          }
          target += channels
        }
      }
    }
  }

  private static func mix(
    _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ fraction: Float,
    into target: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for index in 0..<count { target[index] = first[index] + (second[index] - first[index]) * fraction }
  }
}

/// The two pixels along an axis around the center of a new one.
struct BilinearPoint {
  let first: Int, second: Int
  /// The weight of the second; the first has the rest.
  let fraction: Float

  /// The centers of `count` new pixels between those of `size` old ones: half-pixel centers, as `tf.image.resize`.
  static func points(of size: Int, count: Int) -> [BilinearPoint] {
    let scale = Float(size) / Float(count)
    return (0..<count).map { index in
      let position = (Float(index) + 0.5) * scale - 0.5
      guard position > 0 else { return BilinearPoint(first: 0, second: 0, fraction: 0) }
      let first = min(size - 1, Int(position))
      let fraction = position - Float(first)
      return BilinearPoint(first: first, second: min(size - 1, fraction > 0 ? first + 1 : first), fraction: fraction)
    }
  }
}
