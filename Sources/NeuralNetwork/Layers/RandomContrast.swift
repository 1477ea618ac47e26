import Configuration
import Randomness

/// Multiplies the distances of each image's values from the mean of their channel by a random factor in training, and
/// clips the values; the identity in inference.
public struct RandomContrast: AugmentationLayer, Equatable {
  public static let className = "RandomContrast"
  public static let typeName = "random_contrast"
  public static let prototype = RandomContrast(factor: 0...0)
  public static let schema: Schema = [
    .factor("factor", \.factor, .share, isRequired: true),
    .valueRange(\.valueRange),
    .seed(\.seed),
    .constant("data_format", "channels_last", wording: "channels_last, the order of all images here"),
  ]

  /// (lower, upper), from 0 to 1: the factor is from 1 − lower to 1 + upper. As in Keras 3, one number f is (0, f).
  public var factor: FactorRange
  /// The values of images; results are clipped to it.
  public var valueRange: ClosedRange<Double>
  /// The seed of the layer; the run's if nil.
  public var seed: UInt32?

  /// Creates a layer with Keras' defaults.
  ///
  /// - Parameter factor: (lower, upper) within 0 to 1.
  public init(factor: ClosedRange<Double>, valueRange: ClosedRange<Double> = 0...255, seed: UInt32? = nil) {
    precondition(
      factor.lowerBound >= 0 && factor.upperBound <= 1, "the factor of contrast is from 0 to 1, got \(factor)")
    self.factor = FactorRange(factor)
    self.valueRange = valueRange
    self.seed = seed
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    site.mode == .training ? AugmentationOperation(self, at: site) : nil
  }
}

extension RandomContrast: ImageAugmentation {
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> ImageContrast {
    ImageContrast(
      factor: random.nextUniform(from: Float(1 - factor.range.lowerBound), to: Float(1 + factor.range.upperBound)),
      range: valueRange.floats)
  }
}
