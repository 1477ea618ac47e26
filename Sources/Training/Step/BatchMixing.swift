import NeuralNetwork

/// The mixtures of the samples of a batch: drawn before a step, and read by all workers.
///
/// They are a function of the seed and the batch's place in the run, and so belong to no state.
final class BatchMixing: @unchecked Sendable {
  // Sendable: written between steps, while no task runs.
  private let augmentation: BatchAugmentation
  private let shape: Shape
  private let mixtures: UnsafeMutablePointer<SampleMixture>

  /// - Parameters:
  ///   - shape: of an input.
  ///   - capacity: the maximum number of samples in a batch.
  init(_ augmentation: BatchAugmentation, shape: Shape, capacity: Int) {
    self.augmentation = augmentation
    self.shape = shape
    mixtures = .allocate(capacity: capacity)
    mixtures.initialize(repeating: SampleMixture(), count: capacity)
  }

  /// Nil if the run does not mix samples.
  convenience init?(_ configuration: TrainingConfiguration, shape: Shape) {
    guard let augmentation = configuration.batchAugmentation else { return nil }
    self.init(augmentation, shape: shape, capacity: configuration.batchSize)
  }

  deinit { mixtures.deallocate() }

  /// Draws the mixtures of a batch.
  func draw(_ pass: Pass, samples: Int) {
    augmentation.draw(
      seed: pass.seed, epoch: pass.epoch, firstSample: pass.firstSample, samples: samples, shape: shape, into: mixtures)
  }

  /// The mixture of a sample of the batch.
  subscript(sample: Int) -> SampleMixture { mixtures[sample] }

  /// Mixes an input, with that of the partner.
  func mix(_ sample: Int, _ own: UnsafeMutablePointer<Float>, with other: UnsafePointer<Float>) {
    mixtures[sample].mix(own, with: other, shape: shape)
  }
}
