import Configuration
import ElementaryFunctions
import Randomness

/// Rotates each image about its center by a random angle in training; the identity in inference.
public struct RandomRotation: AugmentationLayer, Equatable {
  public static let className = "RandomRotation"
  public static let typeName = "random_rotation"
  public static let prototype = RandomRotation(factor: 0...0)
  public static let schema: Schema = [
    .factor("factor", \.factor, .signed, isRequired: true),
    .choice("fill_mode", \.fillMode, kind: "fill mode"),
    .choice("interpolation", \.interpolation),
    .seed(\.seed),
    .number("fill_value", \.fillValue, where: .finite),
    .constant("data_format", "channels_last", wording: "channels_last, the order of all images here"),
  ]

  /// The angle as a fraction of a full turn, from -1 to 1; positive is counterclockwise.
  public var factor: FactorRange
  /// The values beyond the edge of an image.
  public var fillMode: FillMode
  /// How pixels between pixels are computed.
  public var interpolation: RandomTranslation.Interpolation
  /// The seed of the layer; the run's if nil.
  public var seed: UInt32?
  /// The value beyond the edge for `FillMode.constant`.
  public var fillValue: Double

  /// Creates a layer with Keras' defaults.
  ///
  /// - Parameter factor: within -1 to 1.
  public init(
    factor: ClosedRange<Double>, fillMode: FillMode = .reflect,
    interpolation: RandomTranslation.Interpolation = .bilinear, seed: UInt32? = nil, fillValue: Double = 0
  ) {
    precondition(
      factor.lowerBound >= -1 && factor.upperBound <= 1, "the factor of a rotation is from -1 to 1, got \(factor)")
    self.factor = FactorRange(factor)
    self.fillMode = fillMode
    self.interpolation = interpolation
    self.seed = seed
    self.fillValue = fillValue
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    site.mode == .training && !factor.isZero ? AugmentationOperation(self, at: site) : nil
  }
}

extension RandomRotation: ImageAugmentation {
  /// The source of a pixel is rotated about the center by the angle, clockwise in an image whose rows go down.
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> ImageWarp {
    let (lower, upper) = (Float(factor.range.lowerBound * 360), Float(factor.range.upperBound * 360))
    let angle = Double(random.nextUniform(from: lower, to: upper) * Float(Double.pi / 180))
    let (cosine, sine) = (Float(Elementary.cos(angle)), Float(Elementary.sin(angle)))
    let (x, y) = (0.5 * Float(image.width - 1), 0.5 * Float(image.height - 1))
    return ImageWarp(
      a: (cosine, -sine, x - x * cosine + y * sine), b: (sine, cosine, y - x * sine - y * cosine), fillMode: fillMode,
      interpolation: interpolation, fillValue: Float(fillValue))
  }
}
