/// Elementary functions in plain arithmetic: the same bits on every processor and with every C library.
///
/// Swift does not fuse multiplications with additions or reorder sums implicitly, so the results follow from IEEE 754
/// alone. C libraries do not guarantee this: glibc chooses among several builds of `expf` by the processor.
///
/// Each result is within 2 units in the last place of `Double` (for `pow` see there), so that the overloads for
/// `Float`, which round it, return the nearest `Float` in all but about one case in 10⁸.
public enum Elementary {
  /// log 2 as the sum of two numbers; the first has 32 significant bits, so that its products with exponents are exact.
  static let log2High = 0x1.62E42FEEp-1
  static let log2Low = 0x1.A39EF35793C76p-33

  /// The nearest integer of `x`, for |x| < 2⁵¹. `rounded()` calls the C library on processors without an instruction
  /// for it.
  @inline(__always)
  static func nearestWhole(_ x: Double) -> Double {
    let shift = 0x1.8p52
    return (x + shift) - shift
  }

  /// 2ⁿ · x, for results that are normal numbers.
  @inline(__always)
  static func scaled(_ x: Double, by n: Int) -> Double {
    x * Double(bitPattern: UInt64(bitPattern: Int64(n + 1023)) << 52)
  }
}
