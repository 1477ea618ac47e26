extension PixelSource {
  func resizeNearest(height newHeight: Int, width newWidth: Int, into floats: UnsafeMutablePointer<Float>) {
    let rows = Self.nearest(of: height, count: newHeight)
    Self.nearest(of: width, count: newWidth).withUnsafeBufferPointer { columns in
      withConstantChannels { channels in
        var target = floats
        for row in rows {
          let source = self.row(row)
          for column in columns {
            for channel in 0..<channels { target[channel] = Float(source[column * channels + channel]) }
            target += channels
          }
        }
      }
    }
  }

  /// The indices of the pixels at the centers of `count` new ones: half-pixel centers, as `tf.image.resize`.
  private static func nearest(of size: Int, count: Int) -> [Int] {
    let scale = Float(size) / Float(count)
    return (0..<count).map { min(size - 1, Int((Float($0) + 0.5) * scale)) }
  }
}
