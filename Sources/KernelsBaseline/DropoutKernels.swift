import CVector

extension VectorKernels {
  /// One random bit per value: whether its word of a Philox stream is at least the threshold.
  ///
  /// - Parameters:
  ///   - key, counter: those of the first words of the stream, which has four words per counter.
  ///   - bits: (count) bits in whole bytes, the lowest bit first, overwritten; the bits after the last are 0.
  @inline(never)
  public static func randomBits(
    key: SIMD2<UInt32>, counter: SIMD4<UInt32>, threshold: UInt32, count: Int, bits: UnsafeMutablePointer<UInt8>
  ) {
    var index = 0
    while index < count {
      var words = martlet_philox_bits(
        key[0], key[1], counter[0] &+ UInt32(truncatingIfNeeded: index / 4), counter[1], counter[2], counter[3],
        threshold)
      let rest = count - index
      if rest < 32 { words &= (1 << UInt32(truncatingIfNeeded: rest)) &- 1 }
      for byte in 0..<min(4, (rest + 7) / 8) {
        bits[index / 8 + byte] = UInt8(truncatingIfNeeded: words >> UInt32(truncatingIfNeeded: 8 * byte))
      }
      index += 32
    }
  }

  /// outputs = inputs · factor where the bit is set, else 0.
  ///
  /// - Parameter bits: as of `randomBits`.
  @inline(never)
  public static func scaleWhereBits(
    _ inputs: UnsafePointer<Float>, bits: UnsafePointer<UInt8>, factor: Float, outputs: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    let whole = count & ~7
    var index = 0
    while index < whole {
      martlet_store8(outputs + index, martlet_where_bits8(bits[index / 8], martlet_load8(inputs + index) * factor))
      index += 8
    }
    let rest = count - whole
    if rest > 0 {
      let values = martlet_load_first8(inputs + whole, rest) * factor
      martlet_store_first8(outputs + whole, martlet_where_bits8(bits[whole / 8], values), rest)
    }
  }
}
