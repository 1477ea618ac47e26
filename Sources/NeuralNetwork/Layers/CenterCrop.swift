import Configuration

/// The part at the center of an image. Of an image that is smaller, the largest part with the aspect ratio of the result is
/// resized (bilinear).
public struct CenterCrop: ImageSizeLayer, Equatable {
  public static let className = "CenterCrop"
  public static let typeName = "center_crop"
  public static let prototype = CenterCrop(height: 1, width: 1)
  public static let schema: Schema = [
    .integer("height", \.height, in: 1...LayerLimits.size, isRequired: true),
    .integer("width", \.width, in: 1...LayerLimits.size, isRequired: true),
    .constant("data_format", "channels_last", wording: "channels_last, the order of all images here"),
  ]

  /// The height of the result, in pixels.
  public var height: Int
  /// The width of the result, in pixels.
  public var width: Int

  /// Creates a cropping layer.
  public init(height: Int, width: Int) {
    precondition(height > 0 && width > 0, "an image has 1x1 pixels or more, got \(height)x\(width)")
    self.height = height
    self.width = width
  }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    let (input, output) = (site.input.shape, try outputShape(for: site.input.shape))
    return input == output ? nil : ResamplingOperation(centralPart(input), output: output, at: site)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] {
    exchangeForm(centralPart(input), .bilinear, for: input)
  }
}
