extension Elementary {
  /// eˣ.
  ///
  /// x = n·log 2 + r with |r| ≤ log(2) / 2, and the Taylor series of eʳ up to r¹³, whose remainder is below 2⁻⁵⁷.
  public static func exp(_ x: Double) -> Double {
    guard x < 709.782712893384 else { return x.isNaN ? x : .infinity }
    guard x > -745.133219101941 else { return 0 }
    let n = nearestWhole(x * 0x1.71547652B82FEp0)
    let r = (x - n * log2High) - n * log2Low
    var series = 1 / 6_227_020_800.0
    series = series * r + 1 / 479_001_600.0
    series = series * r + 1 / 39_916_800.0
    series = series * r + 1 / 3_628_800.0
    series = series * r + 1 / 362_880.0
    series = series * r + 1 / 40_320.0
    series = series * r + 1 / 5_040.0
    series = series * r + 1 / 720.0
    series = series * r + 1 / 120.0
    series = series * r + 1 / 24.0
    series = series * r + 1 / 6.0
    let value = 1 + (r + r * r * (series * r + 0.5))
    // In two steps, because 2ⁿ alone may be too small or too large for a normal number.
    let half = Int(n) / 2
    return scaled(scaled(value, by: half), by: Int(n) - half)
  }

  /// eˣ, as `Float`.
  ///
  /// x = n·log 2 + r as above, and the Taylor series up to r⁹ in `Double`, whose remainder is below 2⁻³⁶.
  @inline(__always)
  public static func exp(_ x: Float) -> Float {
    guard x < 88.73 else { return x.isNaN ? x : .infinity }
    guard x > -103.98 else { return 0 }
    let x = Double(x)
    let n = nearestWhole(x * 0x1.71547652B82FEp0)
    let r = x - n * 0x1.62E42FEFA39EFp-1
    let square = r * r
    // Estrin's scheme: the terms are independent.
    let low = (1 + r) + square * (0.5 + r * (1 / 6.0))
    let high = (1 / 24.0 + r * (1 / 120.0)) + square * (1 / 720.0 + r * (1 / 5_040.0))
    let fourth = square * square
    let highest = 1 / 40_320.0 + r * (1 / 362_880.0)
    return Float(scaled(low + fourth * (high + fourth * highest), by: Int(n)))
  }
}
