import Configuration
import Randomness

/// Zooms each image about its center by random factors in training; the identity in inference.
public struct RandomZoom: AugmentationLayer, Equatable {
  public static let className = "RandomZoom"
  public static let typeName = "random_zoom"
  public static let prototype = RandomZoom(heightFactor: 0...0)
  public static let schema: Schema = [
    .factor("height_factor", \.heightFactor, .zoom, isRequired: true),
    ConfigurationOption("width_factor") { reader, layer in
      guard reader.node("width_factor") != nil else { return }
      layer.widthFactor = try FactorRange("width_factor", reader, rule: .zoom)
    } write: {
      $0.widthFactor?.configuration ?? .null
    },
    .choice("fill_mode", \.fillMode, kind: "fill mode"),
    .choice("interpolation", \.interpolation),
    .seed(\.seed),
    .number("fill_value", \.fillValue, where: .finite),
    .constant("data_format", "channels_last", wording: "channels_last, the order of all images here"),
  ]

  /// The height of the part of the image that becomes the whole one is 1 + this, as a fraction: negative factors zoom in.
  public var heightFactor: FactorRange
  /// Likewise, the width; nil for that of the height, which keeps the aspect ratio.
  public var widthFactor: FactorRange?
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
  /// - Parameters:
  ///   - heightFactor: greater than -1, up to 1.
  ///   - widthFactor: likewise; nil for that of the height.
  public init(
    heightFactor: ClosedRange<Double>, widthFactor: ClosedRange<Double>? = nil, fillMode: FillMode = .reflect,
    interpolation: RandomTranslation.Interpolation = .bilinear, seed: UInt32? = nil, fillValue: Double = 0
  ) {
    for factor in [heightFactor, widthFactor ?? 0...0] {
      precondition(
        factor.lowerBound > -1 && factor.upperBound <= 1, "a factor is greater than -1, up to 1, got \(factor)")
    }
    self.heightFactor = FactorRange(heightFactor)
    self.widthFactor = widthFactor.map { FactorRange($0) }
    self.fillMode = fillMode
    self.interpolation = interpolation
    self.seed = seed
    self.fillValue = fillValue
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    guard site.mode == .training, !heightFactor.isZero || !(widthFactor ?? heightFactor).isZero else { return nil }
    return AugmentationOperation(self, at: site)
  }
}

extension RandomZoom: ImageAugmentation {
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> ImageWarp {
    let height = Self.zoom(heightFactor, &random)
    let width = widthFactor.map { Self.zoom($0, &random) } ?? height
    func offset(_ size: Int, _ zoom: Float) -> Float { Float(size - 1) / 2 * (1 - zoom) }
    return ImageWarp(
      a: (width, 0, offset(image.width, width)), b: (0, height, offset(image.height, height)), fillMode: fillMode,
      interpolation: interpolation, fillValue: Float(fillValue))
  }

  private static func zoom(_ factor: FactorRange, _ random: inout RandomStream) -> Float {
    random.nextUniform(from: Float(1 + factor.range.lowerBound), to: Float(1 + factor.range.upperBound))
  }
}
