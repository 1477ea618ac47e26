import ElementaryFunctions
import Randomness

/// Standard normal random numbers, two from each pair of random words.
///
/// Source: G. Box, M. Muller, "A Note on the Generation of Random Normal Deviates", Annals of Mathematical Statistics 29
/// (1958).
struct NormalNumbers {
  private(set) var random: RandomStream
  private var second: Float?

  init(_ random: RandomStream) { self.random = random }

  mutating func next() -> Float {
    if let number = second {
      second = nil
      return number
    }
    // Strictly between 0 and 1: the logarithm is finite.
    let radius = (-2 * Elementary.log((Double(random.nextWord()) + 0.5) * 0x1p-32)).squareRoot()
    let angle = Double(random.nextWord()) * 0x1p-32 * (2 * Double.pi)
    second = Float(radius * Elementary.sin(angle))
    return Float(radius * Elementary.cos(angle))
  }
}
