import Configuration
import Randomness

/// Replaces a rectangle of each image of a batch by that of another one in training, and mixes their targets by area.
///
/// Source: S. Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", ICCV
/// 2019, as Keras' layer CutMix has it: the share λ of an image follows a beta distribution, and the height and the width
/// of the rectangle are √(1 − λ) of those of the image, at a uniform place within it.
public struct CutMix: Configurable, Equatable {
  static let typeName = "cut_mix"
  public static let prototype = CutMix()
  public static let schema: Schema = [.factor("factor", \.factor, .share)]

  /// The range of both parameters of the beta distribution, which are drawn for each batch; one number f is (0, f).
  public var factor: FactorRange

  /// Creates the augmentation with Keras' default.
  ///
  /// - Parameter factor: within 0 to 1.
  public init(factor: ClosedRange<Double> = 0...1) {
    precondition(factor.lowerBound >= 0 && factor.upperBound <= 1, "a factor is from 0 to 1, got \(factor)")
    self.factor = FactorRange(factor)
  }

  func draw(
    _ random: inout RandomStream, samples: Int, height: Int, width: Int, _ mixtures: UnsafeMutablePointer<SampleMixture>
  ) {
    // Keras adds this to a parameter that may be 0.
    let distribution = SymmetricBeta(alpha: Double(factor.draw(&random) + 1e-6))
    for sample in 0..<samples {
      let share = distribution.draw(&random)
      let (left, top) = (random.nextUniform(), random.nextUniform())
      let patch = ImagePatch(share: share, left: left, top: top, height: height, width: width)
      mixtures[sample].share = patch.share(height: height, width: width)
      mixtures[sample].patch = patch
    }
  }
}

/// A rectangle of an image, not of whole pixels: it has the rows and columns from the first bound on, before the second.
struct ImagePatch {
  let rows: (first: Float, end: Float)
  let columns: (first: Float, end: Float)

  /// - Parameters:
  ///   - share: of the image outside the rectangle.
  ///   - left, top: the place of the rectangle: 0 is at the first column (row), 1 at the last one.
  init(share: Float, left: Float, top: Float, height: Int, width: Int) {
    let ratio = (1 - share).squareRoot()
    func bounds(_ place: Float, _ length: Int) -> (Float, Float) {
      let size = ratio * Float(length)
      let first = place * (Float(length) - size)
      return (first, first + size)
    }
    columns = bounds(left, width)
    rows = bounds(top, height)
  }

  /// The share of the image outside the rectangle.
  func share(height: Int, width: Int) -> Float {
    1 - (columns.end - columns.first) * (rows.end - rows.first) / Float(width * height)
  }

  /// The pixels of a range of rows or columns.
  static func pixels(_ bounds: (first: Float, end: Float), length: Int) -> Range<Int> {
    let first = min(max(Int(bounds.first.rounded(.up)), 0), length)
    return first..<min(max(Int(bounds.end.rounded(.up)), first), length)
  }
}
