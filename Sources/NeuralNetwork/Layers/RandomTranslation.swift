import Configuration
import Randomness

/// Moves each image down and to the right by random parts of its size in training; does nothing in inference.
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
    /// From the nearest pixel; of two, the one that is farther from the first pixel.
    case nearest
    /// From the two nearest pixels in each direction, in proportion.
    case bilinear
  }

  /// How far down, in heights of the image.
  public var heightFactor: TranslationFactor
  /// How far to the right, in widths of the image.
  public var widthFactor: TranslationFactor
  /// The values beyond the edge of an image.
  public var fillMode: FillMode
  /// How pixels between pixels are computed.
  public var interpolation: Interpolation
  /// The seed of the layer; the run's if nil.
  public var seed: UInt32?
  /// What `FillMode.constant` fills with.
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
