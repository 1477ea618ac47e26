import Configuration
import Randomness

/// Adds a random number to all values of each image in training, and clips them; the identity in inference.
public struct RandomBrightness: AugmentationLayer, Equatable {
  public static let className = "RandomBrightness"
  public static let typeName = "random_brightness"
  public static let prototype = RandomBrightness(factor: 0...0)
  public static let schema: Schema = [
    .factor("factor", \.factor, .signed, isRequired: true),
    .valueRange(\.valueRange),
    .seed(\.seed),
    .constant("data_format", "channels_last", wording: "channels_last, the order of all images here"),
  ]

  /// The number as a fraction of the width of `valueRange`, from -1 to 1.
  public var factor: FactorRange
  /// The values of images; results are clipped to it.
  public var valueRange: ClosedRange<Double>
  /// The seed of the layer; the run's if nil.
  public var seed: UInt32?

  /// Creates a layer with Keras' defaults.
  ///
  /// - Parameter factor: within -1 to 1.
  public init(factor: ClosedRange<Double>, valueRange: ClosedRange<Double> = 0...255, seed: UInt32? = nil) {
    precondition(
      factor.lowerBound >= -1 && factor.upperBound <= 1, "the factor of brightness is from -1 to 1, got \(factor)")
    self.factor = FactorRange(factor)
    self.valueRange = valueRange
    self.seed = seed
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    site.mode == .training ? AugmentationOperation(self, at: site) : nil
  }
}

extension RandomBrightness: ImageAugmentation {
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> ImageBrightness {
    ImageBrightness(
      difference: factor.draw(&random) * Float(valueRange.upperBound - valueRange.lowerBound),
      range: valueRange.floats)
  }
}

extension ClosedRange<Double> {
  /// The bounds, rounded.
  var floats: ClosedRange<Float> { Float(lowerBound)...Float(upperBound) }
}
