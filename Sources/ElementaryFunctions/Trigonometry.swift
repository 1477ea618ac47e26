extension Elementary {
  /// The cosine of x, for |x| ≤ 2²⁰; NaN beyond.
  public static func cos(_ x: Double) -> Double { sine(x, quadrantsAhead: 1) }

  /// The sine of x, for |x| ≤ 2²⁰; NaN beyond.
  public static func sin(_ x: Double) -> Double { sine(x, quadrantsAhead: 0) }

  /// sin(x + quadrants·π/2).
  ///
  /// x = n·π/2 + r with |r| ≤ π/4. π/2 is a sum of three numbers, of which the products of the first two with n are
  /// exact (W. Cody, W. Waite, "Software Manual for the Elementary Functions", 1980, chapter 8).
  private static func sine(_ x: Double, quadrantsAhead quadrants: Int) -> Double {
    guard x.magnitude <= 0x1p20 else { return .nan }
    let n = nearestWhole(x * 0x1.45F306DC9C883p-1)
    let r = ((x - n * 0x1.921FB544p0) - n * 0x1.0B4611A6p-34) - n * 0x1.3198A2E037073p-69
    switch (Int(n) + quadrants) & 3 {
    case 0: return sineSeries(r)
    case 1: return cosineSeries(r)
    case 2: return -sineSeries(r)
    default: return -cosineSeries(r)
    }
  }

  /// The Taylor series of sin r up to r¹⁷, for |r| ≤ π/4.
  private static func sineSeries(_ r: Double) -> Double {
    let z = r * r
    var series = 1 / 355_687_428_096_000.0
    series = series * z - 1 / 1_307_674_368_000.0
    series = series * z + 1 / 6_227_020_800.0
    series = series * z - 1 / 39_916_800.0
    series = series * z + 1 / 362_880.0
    series = series * z - 1 / 5_040.0
    series = series * z + 1 / 120.0
    series = series * z - 1 / 6.0
    return r + r * z * series
  }

  /// The Taylor series of cos r up to r¹⁸, for |r| ≤ π/4.
  private static func cosineSeries(_ r: Double) -> Double {
    let z = r * r
    var series = -1 / 6_402_373_705_728_000.0
    series = series * z + 1 / 20_922_789_888_000.0
    series = series * z - 1 / 87_178_291_200.0
    series = series * z + 1 / 479_001_600.0
    series = series * z - 1 / 3_628_800.0
    series = series * z + 1 / 40_320.0
    series = series * z - 1 / 720.0
    series = series * z + 1 / 24.0
    return 1 - (0.5 * z - z * z * series)
  }
}
