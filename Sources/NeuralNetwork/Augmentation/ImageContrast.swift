/// y = (x − mean) · factor + mean, clipped to a range, with the mean of each channel of the image.
struct ImageContrast: ImageChange {
  let factor: Float
  let range: ClosedRange<Float>

  static var readsInput: Bool { true }
  /// Two sums in `Double` per channel of a pixel.
  static func scratchCount(_ image: ImagePlanes) -> Int { 4 * image.channels }

  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (lower, upper) = (range.lowerBound, range.upperBound)
    for plane in 0..<image.count {
      let means = means(x + plane * image.planeCount, image, scratch) { $0 }
      forEachValue(of: plane, image) { index, channel in
        let mean = Float(means[channel])
        y[index] = min(max((x[index] - mean) * factor + mean, lower), upper)
      }
    }
  }

  func transpose(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (lower, upper) = (range.lowerBound, range.upperBound)
    for plane in 0..<image.count {
      let start = plane * image.planeCount
      let means = means(x + start, image, scratch) { $0 }
      forEachValue(of: plane, image) { index, channel in
        let mean = Float(means[channel])
        let value = (x[index] - mean) * factor + mean
        dx[index] = value >= lower && value <= upper ? dy[index] : 0
      }
      let gradients = self.means(dx + start, image, scratch + 2 * image.channels) { $0 * Double(1 - factor) }
      forEachValue(of: plane, image) { index, channel in
        dx[index] = dx[index] * factor + Float(gradients[channel])
      }
    }
  }

  /// The mean over the pixels of a plane, of each channel.
  private func means(
    _ values: UnsafePointer<Float>, _ image: ImagePlanes, _ scratch: UnsafeMutablePointer<Float>,
    _ result: (Double) -> Double
  ) -> UnsafeMutablePointer<Double> {
    let channels = image.channels
    let sums = UnsafeMutableRawPointer(scratch).bindMemory(to: Double.self, capacity: channels)
    sums.update(repeating: 0, count: channels)
    for pixel in 0..<image.height * image.width {
      for channel in 0..<channels { sums[channel] += Double(values[pixel * channels + channel]) }
    }
    for channel in 0..<channels { sums[channel] = result(sums[channel] / Double(image.height * image.width)) }
    return sums
  }

  @inline(__always)
  private func forEachValue(of plane: Int, _ image: ImagePlanes, _ body: (_ index: Int, _ channel: Int) -> Void) {
    for pixel in 0..<image.height * image.width {
      let first = plane * image.planeCount + pixel * image.channels
      for channel in 0..<image.channels { body(first + channel, channel) }
    }
  }
}
