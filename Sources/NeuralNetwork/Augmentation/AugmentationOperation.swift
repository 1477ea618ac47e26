import Randomness

/// Applies a random change to each image of a batch. The backward pass draws the same change again: nothing is kept for it.
struct AugmentationOperation<Augmentation: ImageAugmentation>: Operation {
  let output: TensorLayout
  private let augmentation: Augmentation
  private let image: ImagePlanes
  private let layerIndex: Int

  /// - Parameter output: the layout of the changed images; that of the input if nil.
  init(_ augmentation: Augmentation, at site: LayerSite, output: TensorLayout? = nil) {
    self.augmentation = augmentation
    self.output = output ?? site.input
    image = ImagePlanes(site.input)
    layerIndex = site.layerIndex
  }

  private var inputCount: Int { image.count * image.planeCount }
  var backwardReads: BackwardReads { Augmentation.Change.readsInput ? .inputs : [] }
  func scratchCount(samples: Int) -> Int { Augmentation.Change.scratchCount(image) }

  private func change(_ sample: Int, _ frame: Frame) -> Augmentation.Change {
    let pass = frame.pass
    var random = RandomStream(
      seed: augmentation.seed.map(UInt64.init) ?? pass.seed, purpose: .augmentation, epoch: pass.epoch,
      step: layerIndex, sample: pass.firstSample + frame.firstPosition + sample)
    return augmentation.draw(&random, for: image)
  }

  func forward(_ frame: Frame) {
    for sample in 0..<frame.samples {
      change(sample, frame).apply(
        frame.input + sample * inputCount, to: frame.output + sample * output.shape.count, image,
        scratch: frame.scratch)
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let dx = frame.inputGradient else { return }
    for sample in 0..<frame.samples {
      change(sample, frame).transpose(
        frame.outputGradient + sample * output.shape.count, x: frame.input + sample * inputCount,
        to: dx + sample * inputCount, image, scratch: frame.scratch)
    }
  }
}
