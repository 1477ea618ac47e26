extension PixelSource {
  func resizeArea(height newHeight: Int, width newWidth: Int, into floats: UnsafeMutablePointer<Float>) {
    let rows = AreaWeights(size: height, count: newHeight)
    let columns = AreaWeights(size: width, count: newWidth)
    let factor = 1 / ((Float(height) / Float(newHeight)) * (Float(width) / Float(newWidth)))
    let count = width * channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { buffer in
      guard let sums = buffer.baseAddress else { return }
      var target = floats
      for span in rows.spans {
        sums.update(repeating: 0, count: count)
        for index in 0..<span.count {
          Self.add(row(span.first + index), rows.weights[span.offset + index], to: sums, count)
        }
        addColumns(of: sums, columns, factor, into: target)
        target += newWidth * channels
      }
    }
  }

  private static func add(
    _ source: UnsafePointer<UInt8>, _ weight: Float, to sums: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for index in 0..<count { sums[index] += Float(source[index]) * weight }
  }

  /// Adds the sums of rows along each span of columns.
  private func addColumns(
    of sums: UnsafePointer<Float>, _ columns: AreaWeights, _ factor: Float, into target: UnsafeMutablePointer<Float>
  ) {
    columns.weights.withUnsafeBufferPointer { weights in
      withConstantChannels { channels in
        var target = target
        for span in columns.spans {
          for channel in 0..<channels {
            var sum: Float = 0
            for index in 0..<span.count {
              sum += sums[(span.first + index) * channels + channel] * weights[span.offset + index]
            }
            target[channel] = sum * factor
          }
          target += channels
        }
      }
    }
  }
}

/// The pixels along an axis that each new one covers, as `tf.image.resize` with the method "area".
struct AreaWeights {
  struct Span {
    /// The first pixel and their number.
    let first: Int, count: Int
    /// Of the first weight.
    let offset: Int
  }

  private(set) var spans: [Span] = []
  /// The covered part of each pixel, 0...1.
  private(set) var weights: [Float] = []

  /// - Parameters:
  ///   - size: old pixels.
  ///   - count: new pixels.
  init(size: Int, count: Int) {
    let scale = Float(size) / Float(count)
    for index in 0..<count {
      let (start, stop) = (Float(index) * scale, Float(index + 1) * scale)
      let first = min(size - 1, Int(start))
      let offset = weights.count
      // By rounding, the last one may stop after the last pixel.
      var pixel = first
      repeat {
        weights.append(Self.overlap(start, stop, pixel, scale))
        pixel += 1
      } while pixel < size && Float(pixel) < stop
      spans.append(Span(first: first, count: weights.count - offset, offset: offset))
    }
  }

  /// The part of a pixel between two positions that are `scale` apart.
  private static func overlap(_ start: Float, _ stop: Float, _ pixel: Int, _ scale: Float) -> Float {
    let (pixelStart, pixelStop) = (Float(pixel), Float(pixel + 1))
    if pixelStart < start { return pixelStop > stop ? scale : pixelStop - start }
    return pixelStop > stop ? stop - pixelStart : 1
  }
}
