extension Elementary {
  /// The natural logarithm of x; NaN for negative x, −∞ for 0.
  ///
  /// x = 2ᵉ·m with √½ < m ≤ √2, and log m = 2·artanh(s) with s = (m − 1) / (m + 1) as the series 2·(s + s³/3 + s⁵/5 +
  /// …) up to s²³, whose remainder is below 2⁻⁶⁰.
  public static func log(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    guard x < .infinity else { return x }
    let isSmall = x < .leastNormalMagnitude
    let bits = (isSmall ? x * 0x1p54 : x).bitPattern
    var exponent = Int(bits >> 52) - 1023 - (isSmall ? 54 : 0)
    var mantissa = Double(bitPattern: bits & 0xF_FFFF_FFFF_FFFF | 0x3FF0_0000_0000_0000)
    if mantissa > 0x1.6A09E667F3BCDp0 {
      mantissa *= 0.5
      exponent += 1
    }
    let f = mantissa - 1
    let s = f / (2 + f)
    let z = s * s
    var series = 1 / 23.0
    series = series * z + 1 / 21.0
    series = series * z + 1 / 19.0
    series = series * z + 1 / 17.0
    series = series * z + 1 / 15.0
    series = series * z + 1 / 13.0
    series = series * z + 1 / 11.0
    series = series * z + 1 / 9.0
    series = series * z + 1 / 7.0
    series = series * z + 1 / 5.0
    series = series * z + 1 / 3.0
    // 2s = f − s·f, and f is exact.
    let rest = 2 * s * z * series - s * f
    let e = Double(exponent)
    return e * log2High + (f + (rest + e * log2Low))
  }

  /// The natural logarithm of x, as `Float`.
  @inline(__always)
  public static func log(_ x: Float) -> Float { Float(log(Double(x))) }

  /// xʸ for x ≥ 0; NaN for negative x, unless y is an integer.
  ///
  /// Integer exponents up to 2³¹ by repeated squaring, others as exp(y·log x). The relative error is at most
  /// 2⁻⁵² · (2 + |y|·(1 + |log x|)).
  public static func pow(_ x: Double, _ y: Double) -> Double {
    if y.magnitude < 0x1p31, Double(Int32(y)) == y { return power(x, Int32(y)) }
    if x == 0 { return y > 0 ? 0 : y < 0 ? .infinity : y }
    return exp(y * log(x))
  }

  private static func power(_ x: Double, _ exponent: Int32) -> Double {
    var (product, square, remaining) = (1.0, x, exponent.magnitude)
    while remaining > 0 {
      if remaining & 1 == 1 { product *= square }
      square *= square
      remaining >>= 1
    }
    return exponent < 0 ? 1 / product : product
  }
}
