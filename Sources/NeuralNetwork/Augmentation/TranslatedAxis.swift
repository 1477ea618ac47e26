/// The source positions of the pixels along a translated axis: pixel i has the source i − distance.
struct TranslatedAxis {
  let size: Int
  /// In pixels; finite, with a magnitude of at most `size`.
  let distance: Float
  let fillMode: FillMode
  let interpolation: RandomTranslation.Interpolation

  /// The runs, in a fixed order; each pixel is in one run, or in two whose weights sum to 1.
  func runs(at start: UnsafeMutablePointer<PixelRun>) -> PixelRuns {
    var runs = PixelRuns(at: start)
    switch interpolation {
    case .nearest:
      // Rounded per pixel: ties between two sources are resolved by the position.
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

  /// Appends the pixels i with the sources i + offset.
  private func append(to runs: inout PixelRuns, offset: Int, weight: Float) {
    for index in 0..<size {
      runs.append(pixel: index, from: fillMode.pixel(at: index + offset, size: size), weight: weight)
    }
  }

  // `rounded()` may call the C library, whose results Martlet does not depend on.

  static func floor(_ value: Float) -> Int {
    let whole = Int(value)
    return Float(whole) > value ? whole - 1 : whole
  }

  /// To the nearest integer, a half away from 0.
  static func rounded(_ value: Float) -> Int {
    let whole = Int(value)
    guard abs(value - Float(whole)) >= 0.5 else { return whole }
    return value < 0 ? whole - 1 : whole + 1
  }
}
