/// The pixels of an image, or a part of one, that are resized.
struct PixelSource {
  let start: UnsafePointer<UInt8>
  let height: Int, width: Int, channels: Int
  /// Bytes from one row to the next.
  let rowStride: Int

  func row(_ index: Int) -> UnsafePointer<UInt8> { start + index * rowStride }

  // MARK: - Nearest

  func resizeNearest(height newHeight: Int, width newWidth: Int, into floats: UnsafeMutablePointer<Float>) {
    let rows = Self.nearest(of: height, count: newHeight)
    let columns = Self.nearest(of: width, count: newWidth)
    var target = floats
    for row in rows {
      let source = self.row(row)
      for column in columns {
        for channel in 0..<channels { target[channel] = Float(source[column * channels + channel]) }
        target += channels
      }
    }
  }

  /// The indices of the pixels at the centers of `count` new ones.
  private static func nearest(of size: Int, count: Int) -> [Int] {
    let scale = Float(size) / Float(count)
    return (0..<count).map { min(size - 1, Int((Float($0) + 0.5) * scale)) }
  }

  // MARK: - Bilinear

  func resizeBilinear(height newHeight: Int, width newWidth: Int, into floats: UnsafeMutablePointer<Float>) {
    let columns = BilinearPoint.points(of: width, count: newWidth)
    let count = newWidth * channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { buffer in
      guard var upper = buffer.baseAddress else { return }
      var lower = upper + count
      var (upperRow, lowerRow) = (-1, -1)
      var target = floats
      for point in BilinearPoint.points(of: height, count: newHeight) {
        // A row that is already interpolated is used again where an image is enlarged.
        if point.first == lowerRow {
          swap(&upper, &lower)
          swap(&upperRow, &lowerRow)
        }
        if point.first != upperRow { interpolate(point.first, columns, into: upper) }
        upperRow = point.first
        if point.second != lowerRow {
          if point.second == upperRow {
            lower.update(from: upper, count: count)
          } else {
            interpolate(point.second, columns, into: lower)
          }
        }
        lowerRow = point.second
        for index in 0..<count { target[index] = upper[index] + (lower[index] - upper[index]) * point.fraction }
        target += count
      }
    }
  }

  /// Interpolates along a row.
  private func interpolate(_ row: Int, _ columns: [BilinearPoint], into target: UnsafeMutablePointer<Float>) {
    let source = self.row(row)
    columns.withUnsafeBufferPointer { columns in
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

  // MARK: - Area

  func resizeArea(height newHeight: Int, width newWidth: Int, into floats: UnsafeMutablePointer<Float>) {
    let rows = AreaSpan.spans(of: height, count: newHeight)
    let columns = AreaSpan.spans(of: width, count: newWidth)
    let factor = 1 / ((Float(height) / Float(newHeight)) * (Float(width) / Float(newWidth)))
    let count = width * channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { sums in
      guard let sums = sums.baseAddress else { return }
      var target = floats
      for span in rows {
        sums.update(repeating: 0, count: count)
        for index in span.first..<span.end {
          let (source, weight) = (row(min(index, height - 1)), span.weight(of: index))
          for index in 0..<count { sums[index] += Float(source[index]) * weight }
        }
        for span in columns {
          for channel in 0..<channels {
            var sum: Float = 0
            for index in span.first..<span.end {
              sum += sums[min(index, width - 1) * channels + channel] * span.weight(of: index)
            }
            target[channel] = sum * factor
          }
          target += channels
        }
      }
    }
  }
}
