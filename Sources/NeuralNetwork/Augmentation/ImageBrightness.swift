/// y = x + difference, clipped to a range.
struct ImageBrightness: ImageChange {
  let difference: Float
  let range: ClosedRange<Float>

  static var readsInput: Bool { true }
  static func scratchCount(_ image: ImagePlanes) -> Int { 0 }

  func apply(
    _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (lower, upper) = (range.lowerBound, range.upperBound)
    for index in 0..<image.count * image.planeCount { y[index] = min(max(x[index] + difference, lower), upper) }
  }

  func transpose(
    _ dy: UnsafePointer<Float>, x: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>, _ image: ImagePlanes,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let (lower, upper) = (range.lowerBound, range.upperBound)
    for index in 0..<image.count * image.planeCount {
      let value = x[index] + difference
      dx[index] = value >= lower && value <= upper ? dy[index] : 0
    }
  }
}
