import Randomness

/// A layer that draws a change for each image.
protocol ImageAugmentation: AugmentationLayer {
  associatedtype Change: ImageChange
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> Change
}
