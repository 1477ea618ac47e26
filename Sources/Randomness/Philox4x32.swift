/// The counter-based generator Philox 4x32-10: a keyed bijection of a 128-bit counter, without state.
///
/// Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC11, section 3.3.
public enum Philox4x32 {
  /// The four random words for `counter` under `key`.
  public static func words(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for _ in 0..<10 {
      counter = round(counter, key)
      key = key &+ SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return counter
  }

  @inline(__always)
  private static func round(_ counter: SIMD4<UInt32>, _ key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    let first = counter[0].multipliedFullWidth(by: 0xD251_1F53)
    let second = counter[2].multipliedFullWidth(by: 0xCD9E_8D57)
    return SIMD4(second.high ^ counter[1] ^ key[0], second.low, first.high ^ counter[3] ^ key[1], first.low)
  }
}
