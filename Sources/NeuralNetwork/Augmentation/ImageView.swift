import Configuration
import Randomness

/// The mirror image of every image, left to right, in training and in inference. Not in the catalog: models in files do not
/// have it.
package struct MirrorImage: AugmentationLayer {
  package static let className = "MirrorImage"
  package static let typeName = "mirror_image"
  package static let prototype = MirrorImage()
  package static let schema: Schema = []

  package var seed: UInt32? { 0 }

  package init() {}

  package func operation(at site: LayerSite) -> (any Operation)? { AugmentationOperation(self, at: site) }
}

extension MirrorImage: ImageAugmentation {
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> ImageFlip {
    ImageFlip(isHorizontal: true, isVertical: false)
  }
}

/// Every image shifted by whole pixels, in training and in inference; its edge is reflected. Not in the catalog, as
/// `MirrorImage`.
package struct ShiftedImage: AugmentationLayer {
  package static let className = "ShiftedImage"
  package static let typeName = "shifted_image"
  package static let prototype = ShiftedImage(down: 0, right: 0)
  package static let schema: Schema = []

  package var seed: UInt32? { 0 }
  private let down: Int
  private let right: Int

  /// - Parameters:
  ///   - down: pixels; negative ones are upwards.
  ///   - right: pixels; negative ones are to the left.
  package init(down: Int, right: Int) {
    self.down = down
    self.right = right
  }

  package func operation(at site: LayerSite) -> (any Operation)? { AugmentationOperation(self, at: site) }
}

extension ShiftedImage: ImageAugmentation {
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> ImageTranslation {
    func axis(_ size: Int, _ distance: Int) -> TranslatedAxis {
      TranslatedAxis(size: size, distance: Float(distance), fillMode: .reflect, interpolation: .nearest)
    }
    return ImageTranslation(rows: axis(image.height, down), columns: axis(image.width, right), fillValue: 0)
  }
}
