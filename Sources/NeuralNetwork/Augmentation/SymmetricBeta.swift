import ElementaryFunctions
import Randomness

/// The beta distribution on [0, 1] with both parameters equal to α: symmetric around ½; near 0 and 1 if α is small, and
/// uniform if α is 1.
struct SymmetricBeta {
  /// α, greater than 0.
  let alpha: Double

  /// A number of the distribution, rounded to `Float`.
  func draw(_ random: inout RandomStream) -> Float { Float(alpha > 1 ? drawPeaked(&random) : drawJohnk(&random)) }

  /// U^(1/α) / (U^(1/α) + V^(1/α)) for uniform U and V where the denominator is at most 1. Powers are computed as
  /// logarithms: they underflow where α is small.
  ///
  /// Source: M. D. Jöhnk, "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen", Metrika 8 (1964).
  private func drawJohnk(_ random: inout RandomStream) -> Double {
    while true {
      let (first, second) = (
        Elementary.log(Self.uniform(&random)) / alpha, Elementary.log(Self.uniform(&random)) / alpha
      )
      guard Elementary.exp(first) + Elementary.exp(second) <= 1 else { continue }
      let larger = max(first, second)
      let (one, other) = (Elementary.exp(first - larger), Elementary.exp(second - larger))
      return one / (one + other)
    }
  }

  /// For α > 1.
  ///
  /// Source: R. C. H. Cheng, "Generating Beta Variates with Nonintegral Shape Parameters", Communications of the ACM 21
  /// (1978), algorithm BB for equal parameters.
  private func drawPeaked(_ random: inout RandomStream) -> Double {
    let root = alpha.squareRoot()
    let (sum, gamma) = (2 * alpha, alpha + root)
    while true {
      let (first, second) = (Self.uniform(&random), Self.uniform(&random))
      let v = Elementary.log(first / (1 - first)) / root
      let w = alpha * Elementary.exp(v)
      let score = gamma * v - Elementary.log(4.0) + sum * Elementary.log(sum / (alpha + w))
      if score >= Elementary.log(first * first * second) { return w / (alpha + w) }
    }
  }

  /// Uniform, greater than 0 and less than 1.
  private static func uniform(_ random: inout RandomStream) -> Double {
    (Double(random.nextWord()) + 0.5) * 0x1p-32
  }
}
