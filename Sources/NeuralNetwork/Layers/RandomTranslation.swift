import Configuration
import Randomness

/// Translates each image by random fractions of its size in training; the identity in inference.
public struct RandomTranslation: AugmentationLayer, Equatable {
  public static let className = "RandomTranslation"
  public static let typeName = "random_translation"
  public static let prototype = RandomTranslation(heightFactor: TranslationFactor(0), widthFactor: TranslationFactor(0))
  public static let schema: Schema = [
    .factor("height_factor", \.heightFactor),
    .factor("width_factor", \.widthFactor),
    .choice("fill_mode", \.fillMode, kind: "fill mode"),
    .choice("interpolation", \.interpolation),
    .seed(\.seed),
    .number("fill_value", \.fillValue, where: .finite),
    .constant("data_format", "channels_last", wording: "channels_last, the order of all images here"),
  ]

  /// How pixels between pixels are computed.
  public enum Interpolation: String, CaseIterable, Sendable {
    /// The nearest pixel; in a tie the one farther from the first pixel.
    case nearest
    /// Linear between the two nearest pixels in each direction.
    case bilinear
  }

  /// The vertical translation, as a fraction of the height; positive is down.
  public var heightFactor: TranslationFactor
  /// The horizontal translation, as a fraction of the width; positive is right.
  public var widthFactor: TranslationFactor
  /// The values beyond the edge of an image.
  public var fillMode: FillMode
  /// How pixels between pixels are computed.
  public var interpolation: Interpolation
  /// The seed of the layer; the run's if nil.
  public var seed: UInt32?
  /// The value beyond the edge for `FillMode.constant`.
  public var fillValue: Double

  /// Creates a layer with Keras' defaults.
  public init(
    heightFactor: TranslationFactor, widthFactor: TranslationFactor, fillMode: FillMode = .reflect,
    interpolation: Interpolation = .bilinear, seed: UInt32? = nil, fillValue: Double = 0
  ) {
    self.heightFactor = heightFactor
    self.widthFactor = widthFactor
    self.fillMode = fillMode
    self.interpolation = interpolation
    self.seed = seed
    self.fillValue = fillValue
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    guard site.mode == .training, !heightFactor.isZero || !widthFactor.isZero else { return nil }
    return AugmentationOperation(self, at: site)
  }
}

extension RandomTranslation: ImageAugmentation {
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> ImageTranslation {
    let down = heightFactor.draw(&random) * Float(image.height)
    let right = widthFactor.draw(&random) * Float(image.width)
    return ImageTranslation(
      rows: TranslatedAxis(size: image.height, distance: down, fillMode: fillMode, interpolation: interpolation),
      columns: TranslatedAxis(size: image.width, distance: right, fillMode: fillMode, interpolation: interpolation),
      fillValue: Float(fillValue))
  }
}
