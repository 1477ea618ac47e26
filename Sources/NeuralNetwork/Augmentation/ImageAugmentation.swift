import Randomness

/// A layer that applies a random change to each image.
protocol ImageAugmentation: AugmentationLayer {
  associatedtype Change: ImageChange
  func draw(_ random: inout RandomStream, for image: ImagePlanes) -> Change
}
