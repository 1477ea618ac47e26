/// From where the pixels along an axis come that is moved by a distance: pixel i from the position i − distance.
struct TranslatedAxis {
  let size: Int
  /// In pixels; finite, and no larger than the size.
  let distance: Float
  let fillMode: FillMode
  let interpolation: RandomTranslation.Interpolation

  /// The runs of its pixels, in a fixed order; each pixel is in one of them, or in two whose weights have the sum 1.
  func runs(at start: UnsafeMutablePointer<PixelRun>) -> PixelRuns {
    var runs = PixelRuns(at: start)
    switch interpolation {
    case .nearest:
      // Which of two pixels at the same distance is nearest differs from pixel to pixel.
      for index in 0..<size {
        runs.append(
          pixel: index, from: fillMode.pixel(at: Self.rounded(Float(index) - distance), size: size), weight: 1)
      }
    case .bilinear:
      let lower = Self.floor(-distance)
      let fraction = -distance - Float(lower)
      if fraction < 1 { append(to: &runs, offset: lower, weight: 1 - fraction) }
      if fraction > 0 { append(to: &runs, offset: lower + 1, weight: fraction) }
    }
    return runs
  }

  /// Pixels i that come from i + offset.
  private func append(to runs: inout PixelRuns, offset: Int, weight: Float) {
    for index in 0..<size {
      runs.append(pixel: index, from: fillMode.pixel(at: index + offset, size: size), weight: weight)
    }
  }

  // `rounded` calls the C library where processors have no instruction for it.

  private static func floor(_ value: Float) -> Int {
    let whole = Int(value)
    return Float(whole) > value ? whole - 1 : whole
  }

  /// To the nearest integer, a half away from 0.
  private static func rounded(_ value: Float) -> Int {
    let whole = Int(value)
    guard abs(value - Float(whole)) >= 0.5 else { return whole }
    return value < 0 ? whole - 1 : whole + 1
  }
}
