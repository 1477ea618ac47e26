import Configuration

/// Resizes images, without smoothing them before: as `tf.image.resize` with `antialias=False`.
public struct Resizing: ImageSizeLayer, Equatable {
  public static let className = "Resizing"
  public static let typeName = "resizing"
  public static let prototype = Resizing(height: 1, width: 1)
  public static let schema: Schema = [
    .integer("height", \.height, in: 1...LayerLimits.size, isRequired: true),
    .integer("width", \.width, in: 1...LayerLimits.size, isRequired: true),
    .choice("interpolation", \.interpolation),
    .bool("crop_to_aspect_ratio", \.cropsToAspectRatio),
    .constant("data_format", "channels_last", wording: "channels_last, the order of all images here"),
  ]

  public typealias Interpolation = RandomTranslation.Interpolation

  /// The height of the result, in pixels.
  public var height: Int
  /// The width of the result, in pixels.
  public var width: Int
  /// How pixels between pixels are computed.
  public var interpolation: Interpolation
  /// Whether the largest part with the aspect ratio of the result is cut out before, instead of a distortion.
  public var cropsToAspectRatio: Bool

  /// Creates a resizing layer with Keras' defaults.
  public init(height: Int, width: Int, interpolation: Interpolation = .bilinear, cropsToAspectRatio: Bool = false) {
    precondition(height > 0 && width > 0, "an image has 1x1 pixels or more, got \(height)x\(width)")
    self.height = height
    self.width = width
    self.interpolation = interpolation
    self.cropsToAspectRatio = cropsToAspectRatio
  }

  private func part(_ input: Shape) -> ImagePart {
    cropsToAspectRatio
      ? centeredPart(input) : ImagePart(top: 0, left: 0, height: input.dimensions[0], width: input.dimensions[1])
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    let (input, output) = (site.input.shape, try outputShape(for: site.input.shape))
    if input == output { return nil }
    return ResamplingOperation(part(input), output: output, interpolation: interpolation, at: site)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] {
    exchangeForm(part(input), interpolation, for: input)
  }
}
