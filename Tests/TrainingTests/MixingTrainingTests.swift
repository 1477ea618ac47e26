import Datasets
import NeuralNetwork
import Testing

@testable import Training

@Suite("A training on mixed samples")
struct MixingTrainingTests {
  static let augmentations = [
    BatchAugmentation(mixUp: MixUp(alpha: 0.4)), BatchAugmentation(cutMix: CutMix()),
    BatchAugmentation(mixUp: MixUp(), cutMix: CutMix()),
  ]

  private func trainer(
    _ augmentation: BatchAugmentation?, workers: Int = 2, shards: Int = 8, shuffle: Bool = true, batchSize: Int = 50,
    network: SmallNetwork = .lesson
  ) throws -> Trainer {
    try Trainer(
      TrainingConfiguration(
        model: network.model, epochs: 2, batchSize: batchSize, shards: shards, shuffle: shuffle, seed: 5,
        batchAugmentation: augmentation),
      inputShape: network.data.train.shape, workerCount: workers)
  }

  private func trained(_ augmentation: BatchAugmentation?, workers: Int = 2, network: SmallNetwork = .lesson) throws
    -> Trainer
  {
    let trainer = try trainer(augmentation, workers: workers, network: network)
    try trainer.fit(network.data.train, validation: network.data.test)
    return trainer
  }

  @Test("has the same bytes for any number of workers", arguments: augmentations, [SmallNetwork.lesson, .residual])
  func workers(augmentation: BatchAugmentation, network: SmallNetwork) throws {
    let alone = try trained(augmentation, workers: 1, network: network)
    for workers in 2...4 {
      #expect(try differences(trained(augmentation, workers: workers, network: network), alone).isEmpty)
    }
    #expect(try !differences(trained(nil, network: network), alone).isEmpty)
  }

  @Test("has the same bytes when it is interrupted at any step", arguments: augmentations)
  func interruptions(augmentation: BatchAugmentation) throws {
    let (whole, data) = (try trained(augmentation), SmallRun.data)
    for step in 1..<10 {
      let part = try trainer(augmentation, workers: 3)
      try part.fit(data.train, validation: data.test, maxSteps: step)
      let resumed = try trainer(augmentation, workers: 1)
      try resumed.restore(part.snapshot(), of: data.train)
      try resumed.fit(data.train, validation: data.test)
      #expect(differences(resumed, whole).isEmpty, "at step \(step)")
    }
  }

  /// The samples of the first epoch without shuffling, mixed one by one, with a number per class.
  private func mixed(_ data: Dataset, _ augmentation: BatchAugmentation, batchSize: Int) throws -> Dataset {
    let mixing = BatchMixing(augmentation, shape: data.shape, capacity: batchSize)
    let inputs = try (0..<data.count).map { try data.input($0) }
    func target(_ sample: Int) -> [Float] { (0..<10).map { Int(data.label(sample) ?? -1) == $0 ? 1 : 0 } }
    var (mixedInputs, mixedTargets) = ([Float](), [Float]())
    for first in stride(from: 0, to: data.count, by: batchSize) {
      let count = min(batchSize, data.count - first)
      mixing.draw(Pass(mode: .training, seed: 5, firstSample: first), samples: count)
      for sample in 0..<count {
        var (own, ownTarget) = (inputs[first + sample], target(first + sample))
        let partner = first + mixing[sample].partner
        inputs[partner].withUnsafeBufferPointer { other in
          own.withUnsafeMutableBufferPointer { own in
            guard let own = own.baseAddress, let other = other.baseAddress else { return }
            mixing.mix(sample, own, with: other)
          }
        }
        let share = mixing[sample].share
        for (index, other) in target(partner).enumerated() {
          ownTarget[index] = share * ownTarget[index] + (1 - share) * other
        }
        mixedInputs += own
        mixedTargets += ownTarget
      }
    }
    return try Dataset(
      name: "mixed", shape: data.shape, inputs: .floats(mixedInputs), targets: .values(mixedTargets, shape: [10]))
  }

  @Test("is one on the mixtures of each batch, to the bit: inputs, targets and metrics", arguments: augmentations)
  func mixtures(augmentation: BatchAugmentation) throws {
    let bytes = SmallRun.data.train
    let data = try Dataset(
      name: "floats", shape: bytes.shape, inputs: (0..<bytes.count).flatMap { try bytes.input($0).map { $0 / 255 } },
      labels: (0..<bytes.count).map { Int(bytes.label($0) ?? 0) })
    for (batchSize, shards) in [(50, 8), (50, 3), (7, 2)] {
      let steps = (data.count + batchSize - 1) / batchSize
      let mixing = try trainer(augmentation, shards: shards, shuffle: false, batchSize: batchSize)
      try mixing.fit(data, maxSteps: steps)
      let plain = try trainer(nil, shards: shards, shuffle: false, batchSize: batchSize)
      try plain.fit(mixed(data, augmentation, batchSize: batchSize), maxSteps: steps)
      #expect(differences(mixing, plain).isEmpty)
      #expect((mixing.state.history["accuracy"].last ?? 1) < 1)
    }
  }

  @Test("does not mix the samples of an evaluation")
  func evaluation() throws {
    let (trainer, data) = (try trained(Self.augmentations[0]), SmallRun.data.test)
    let plain = try self.trainer(nil)
    try plain.setWeights(trainer.weights)
    #expect(try trainer.evaluate(data).values.map(\.value) == plain.evaluate(data).values.map(\.value))
    #expect(try trainer.predict(data) == plain.predict(data))
  }

  @Test("of one output, and of values to predict, mixes the values")
  func values() throws {
    let inputs = (0..<24).map { Float($0 * 7 % 11) / 11 }
    let losses: [any Loss] = [MeanSquaredError(), BinaryCrossentropy()]
    for loss in losses {
      let data = try Dataset(
        name: "values", shape: [3], inputs: .floats(inputs), targets: .labels((0..<8).map { Int32($0 % 2) }))
      let trainer = try Trainer(
        TrainingConfiguration(
          model: Model([Dense(units: 1, activation: .sigmoid)]), loss: loss, epochs: 3, batchSize: 4, shards: 2,
          batchAugmentation: Self.augmentations[0]), inputShape: [3], workerCount: 2)
      try trainer.fit(data)
      #expect(trainer.state.history["loss"].allSatisfy { $0.isFinite && $0 > 0 })
    }
  }

  @Test("shows the mixed samples that steps see")
  func shown() throws {
    let data = SmallRun.data.train
    let configuration = try trainer(Self.augmentations[0]).configuration
    let inputs = try #require(try AugmentedInputs(configuration, data: data))
    let seen = try inputs.samples([3, 7], epoch: 1)
    let mixing = try #require(BatchMixing(configuration, shape: data.shape))
    var order = SampleOrder(count: data.count)
    order.update(seed: 5, epoch: 1, shuffle: true)
    for (index, sample) in [3, 7].enumerated() {
      let position = try #require(order.indices.firstIndex(of: Int32(sample)))
      let first = position - position % 50
      mixing.draw(
        Pass(mode: .training, seed: 5, epoch: 1, firstSample: first), samples: min(50, data.count - first))
      let mixture = mixing[position - first]
      let other = try data.input(Int(order.indices[first + mixture.partner]))
      let expected = zip(try data.input(sample), other).map { mixture.share * $0 + (1 - mixture.share) * $1 }
      #expect(zip(try seen.input(index), expected).allSatisfy { abs($0 - $1) <= 0.51 })
    }
  }

  @Test("is refused for targets, weights and inputs that cannot be mixed")
  func refusals() throws {
    func message(
      _ loss: any Loss = CategoricalCrossentropy(), _ augmentation: BatchAugmentation = Self.augmentations[1],
      weights: [Float]? = nil
    ) throws -> String {
      let trainer = try Trainer(
        TrainingConfiguration(
          model: Model([Dense(units: 2, activation: .softmax)]), loss: loss, batchSize: 4, shards: 2,
          batchAugmentation: augmentation), inputShape: [3], workerCount: 1)
      let data = try Dataset(
        name: "mine", shape: [3], inputs: .floats([Float](repeating: 0, count: 12)), targets: .labels([0, 1, 0, 1]),
        weights: weights)
      return "\(try #require(throws: TrainingError.self) { try trainer.fit(data) })"
    }
    #expect(try message().hasPrefix("fit.batch_augmentation: cut_mix needs images"))
    #expect(
      try message(SparseCategoricalCrossentropy(), Self.augmentations[0])
        == "fit.batch_augmentation: mixed samples belong to two classes, and sparse_categorical_crossentropy compares with "
        + "one: use categorical_crossentropy, which has the same value for a class alone.")
    #expect(
      try message(CategoricalCrossentropy(), Self.augmentations[0], weights: [1, 1, 1, 2])
        == "fit.batch_augmentation: the samples of 'mine' have weights, which are those of one sample: leave them out.")
  }
}
