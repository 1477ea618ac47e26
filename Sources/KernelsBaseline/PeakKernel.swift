extension VectorKernels {
  /// The floating-point operations per round of `multiplyAddRounds`.
  @inline(never)
  public static func operationsPerRound() -> Int { 12 * lanes * 2 }

  /// Multiplies and adds in registers only, to measure the processor's peak.
  ///
  /// Twelve independent sums keep two units busy for a latency of six cycles.
  ///
  /// - Parameter values: two vectors; overwritten, so that nothing is optimized away.
  @inline(never)
  public static func multiplyAddRounds(_ rounds: Int, _ values: UnsafeMutablePointer<Float>) {
    let (a, b) = (loadVector(values), loadVector(values + lanes))
    var (s0, s1, s2, s3, s4, s5) = (a, a, a, a, a, a)
    var (s6, s7, s8, s9, s10, s11) = (b, b, b, b, b, b)
    for _ in 0..<rounds {
      s0 = multiplyAdd(s0, a, b)
      s1 = multiplyAdd(s1, a, b)
      s2 = multiplyAdd(s2, a, b)
      s3 = multiplyAdd(s3, a, b)
      s4 = multiplyAdd(s4, a, b)
      s5 = multiplyAdd(s5, a, b)
      s6 = multiplyAdd(s6, a, b)
      s7 = multiplyAdd(s7, a, b)
      s8 = multiplyAdd(s8, a, b)
      s9 = multiplyAdd(s9, a, b)
      s10 = multiplyAdd(s10, a, b)
      s11 = multiplyAdd(s11, a, b)
    }
    storeVector(((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)), values)
    storeVector((s8 + s9) + (s10 + s11), values + lanes)
  }
}
