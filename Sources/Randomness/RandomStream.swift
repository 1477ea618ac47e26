/// An infinite sequence of random numbers: a pure function of (seed, purpose, epoch, step, sample).
///
/// It is never saved: a resumed run recreates the stream and gets the same numbers.
public struct RandomStream: RandomNumberGenerator, Sendable {
  /// The key of Philox.
  public let key: SIMD2<UInt32>
  /// The counter of the next four words; in a new stream, the first four.
  public private(set) var counter: SIMD4<UInt32>
  private var words = SIMD4<UInt32>()
  private var unused = 0

  /// - Parameters:
  ///   - epoch: at most 2^24 - 1.
  ///   - step: reduced to its low 32 bits, so that an imported run may have any number of steps.
  ///   - sample: at most 2^32 - 1; any index that distinguishes streams of the same purpose, epoch and step.
  public init(seed: UInt64, purpose: RandomPurpose, epoch: Int = 0, step: Int = 0, sample: Int = 0) {
    precondition(epoch >= 0 && epoch < 1 << 24, "epoch \(epoch) is outside 0..<2^24")
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(0, UInt32(sample), UInt32(truncatingIfNeeded: step), UInt32(purpose.rawValue) << 24 | UInt32(epoch))
  }

  /// The next 32 random bits.
  @inline(__always)
  public mutating func nextWord() -> UInt32 {
    if unused == 0 {
      words = Philox4x32.words(counter: counter, key: key)
      counter[0] &+= 1
      unused = 4
    }
    unused -= 1
    return words[3 - unused]
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let low = UInt64(nextWord())
    return UInt64(nextWord()) << 32 | low
  }

  /// Uniform in [0, 1): a multiple of 2^-24, so exact in `Float`.
  @inline(__always)
  public mutating func nextUniform() -> Float {
    Float(nextWord() >> 8) * 0x1p-24
  }

  /// Uniform in [lower, upper).
  public mutating func nextUniform(from lower: Float, to upper: Float) -> Float {
    lower + (upper - lower) * nextUniform()
  }

  /// Uniform in 0..<bound, without bias.
  ///
  /// Source: D. Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29 (2019), algorithm 5.
  public mutating func nextIndex(below bound: Int) -> Int {
    let bound = UInt32(bound)
    var product = nextWord().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold {
        product = nextWord().multipliedFullWidth(by: bound)
      }
    }
    return Int(product.high)
  }
}
