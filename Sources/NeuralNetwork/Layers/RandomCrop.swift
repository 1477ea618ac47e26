import Configuration
import Randomness

/// Crops each image to a part at a random place in training, and to the largest part at the center with the same aspect
/// ratio, resized, in inference: of an image of the same size it is the identity.
///
/// In training an image that is not larger in both directions is cropped at the center and resized, as in Keras. In
/// inference Keras 3.15 returns images uncropped, against its documentation, which says what is done here.
public struct RandomCrop: AugmentationLayer, ImageSizeLayer, Equatable {
  public static let className = "RandomCrop"
  public static let typeName = "random_crop"
  public static let prototype = RandomCrop(height: 1, width: 1)
  public static let schema: Schema = [
    .integer("height", \.height, in: 1...LayerLimits.size, isRequired: true),
    .integer("width", \.width, in: 1...LayerLimits.size, isRequired: true),
    .seed(\.seed),
    .constant("data_format", "channels_last", wording: "channels_last, the order of all images here"),
  ]

  /// The height of the part, in pixels.
  public var height: Int
  /// The width of the part, in pixels.
  public var width: Int
  /// The seed of the layer; the run's if nil.
  public var seed: UInt32?

  /// Creates a cropping layer.
  public init(height: Int, width: Int, seed: UInt32? = nil) {
    precondition(height > 0 && width > 0, "an image has 1x1 pixels or more, got \(height)x\(width)")
    self.height = height
    self.width = width
    self.seed = seed
  }

  public func outputShape(for input: Shape) throws -> Shape {
    guard let image = input.image else {
      throw LayerShapeError(needs: "an image (height, width, channels)", advice: "put it before a flatten layer")
    }
    return [height, width, image.channels]
  }

  public var keepsLayout: Bool { false }

  public func operation(at site: LayerSite) throws -> (any Operation)? {
    let (input, output) = (site.input.shape, try outputShape(for: site.input.shape))
    if input == output { return nil }
    if site.mode == .training { return AugmentationOperation(self, at: site, output: TensorLayout(output)) }
    return ResamplingOperation(centeredPart(input), output: output, at: site)
  }

  public func exchangeForm(for input: Shape) -> [ExchangeOperation] {
    exchangeForm(centeredPart(input), .bilinear, for: input)
  }
}

extension RandomCrop: ImageAugmentation {
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> ImageResampling {
    guard image.height > height, image.width > width else {
      // From the corner of the part with the aspect ratio, as much of the size as there is.
      var part = ImagePart.centered(in: (image.height, image.width), like: size)
      part.height = min(height, image.height - part.top)
      part.width = min(width, image.width - part.left)
      return ImageResampling(part, to: size)
    }
    let top = Int(random.nextUniform() * Float(image.height - height + 1))
    let left = Int(random.nextUniform() * Float(image.width - width + 1))
    return ImageResampling(
      ImagePart(
        top: min(top, image.height - height), left: min(left, image.width - width), height: height, width: width),
      to: size)
  }
}
