import Configuration
import Randomness

/// Flips half of the images in training; the identity in inference.
///
/// As in Keras 3 there is one draw per image: `horizontal_and_vertical` flips an image in both directions, or in neither.
public struct RandomFlip: AugmentationLayer, Equatable {
  public static let className = "RandomFlip"
  public static let typeName = "random_flip"
  public static let prototype = RandomFlip()
  public static let schema: Schema = [
    .choice("mode", \.mode),
    .seed(\.seed),
  ]

  /// The directions of flips.
  public enum Mode: String, CaseIterable, Sendable {
    /// Left to right.
    case horizontal
    /// Top to bottom.
    case vertical
    case horizontalAndVertical = "horizontal_and_vertical"
  }

  /// The directions in which images are flipped.
  public var mode: Mode
  /// The seed of the layer; the run's if nil.
  public var seed: UInt32?

  /// Creates a layer with Keras' defaults.
  public init(mode: Mode = .horizontalAndVertical, seed: UInt32? = nil) {
    self.mode = mode
    self.seed = seed
  }

  public func operation(at site: LayerSite) -> (any Operation)? {
    site.mode == .training ? AugmentationOperation(self, at: site) : nil
  }
}

extension RandomFlip: ImageAugmentation {
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> ImageFlip {
    let flips = random.nextUniform() <= 0.5
    return ImageFlip(isHorizontal: flips && mode != .vertical, isVertical: flips && mode != .horizontal)
  }
}
