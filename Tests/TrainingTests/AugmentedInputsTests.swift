import Datasets
import Kernels
import NeuralNetwork
import Testing

@testable import Training

@Suite("What training sees of samples")
struct AugmentedInputsTests {
  private static let count = 23

  private static func configuration(_ layers: [any Layer]) -> TrainingConfiguration {
    TrainingConfiguration(
      model: Model(layers + [Flatten(), Dense(units: 2, activation: .softmax)]), epochs: 3, batchSize: 5, shards: 2,
      seed: 9)
  }

  private static func data() throws -> Dataset {
    try Dataset(
      name: "x", shape: [6, 5, 1], inputs: (0..<count * 30).map { Float($0 * 37 % 101) / 101 },
      labels: (0..<count).map { $0 % 2 })
  }

  private static let augmentation: [any Layer] = [
    Rescaling(scale: 2, offset: -1), RandomFlip(mode: .horizontal),
    RandomTranslation(heightFactor: TranslationFactor(0.3), widthFactor: TranslationFactor(0.3)),
    GaussianNoise(stddev: 0.1), Resizing(height: 7, width: 8), RandomCrop(height: 4, width: 5),
  ]

  /// The inputs that the steps of an epoch compute, by sample.
  private func trained(_ configuration: TrainingConfiguration, _ data: Dataset, epoch: Int) throws -> [Int: [Float]] {
    let kernels = InstructionSet.bestSupported.kernels
    let program = try Model(Self.augmentation).plan(inputShape: data.shape, needsWeights: false)
      .compile(mode: .training, kernels: kernels)
    let workspace = Workspace(for: program, capacity: 5, kernels: kernels)
    let loader = BatchLoader(kernels: kernels, inputCount: data.shape.count)
    var order = SampleOrder(count: data.count)
    order.update(seed: configuration.seed, epoch: epoch, shuffle: true)
    var state = RunState(
      epoch: epoch, step: epoch * 5, stepInEpoch: 0, learningRate: 0, sums: RunningSums(count: 0), epochSeconds: 0,
      history: History())
    var found: [Int: [Float]] = [:]
    try data.withSamples(order: order, scale: 1, window: 5, workerCount: 1) { stream in
      for _ in 0..<5 {
        let step = try CurrentStep(configuration, stream, state)
        workspace.pass = step.pass
        workspace.divide(into: 1) { _ in step.batch.count }
        loader.load(step.batch, into: workspace.input)
        var none: Float = 0
        withUnsafePointer(to: &none) { workspace.forward(variables: $0, state: $0) }
        for position in 0..<step.batch.count {
          let output = workspace.output + position * 4 * 5
          found[step.batch.index(at: position)] = (0..<4 * 5).map { output[$0] }
        }
        state.step += 1
        state.stepInEpoch += 1
      }
    }
    return found
  }

  /// Normalization moves the values of bytes, and what is shown moves them back.
  @Test(
    "is also shown after normalization, of known statistics or of those of the data, and after padding",
    arguments: [true, false])
  func normalized(isKnown: Bool) throws {
    let data = try Dataset(
      name: "x", shape: [6, 5, 3], inputs: (0..<Self.count * 90).map { UInt8($0 * 37 % 251) },
      labels: (0..<Self.count).map { $0 % 2 })
    let normalization =
      isKnown ? Normalization(mean: [0.1, 0.5, 0.7], variance: [0.2, 0.01, 3]) : Normalization()
    let crop: [any Layer] = [
      ZeroPadding2D(padding: ImageBorders(2)), RandomCrop(height: 6, width: 5), RandomFlip(mode: .horizontal),
    ]
    let indices = Array(0..<Self.count)
    let seen = try [[normalization] + crop, [Rescaling(scale: 1)] + crop].map { layers in
      let inputs = try #require(try AugmentedInputs(Self.configuration(layers), data: data))
      return try #require(try inputs.samples(indices, epoch: 1).bytes)
    }
    // Padding has zeros after normalization: the mean. The same pixels are not padded.
    let same = zip(seen[0], seen[1]).count { $0 == $1 }
    let padded = seen[1].count { $0 == 0 }
    #expect(same >= seen[1].count - padded && padded < seen[1].count / 2)
  }

  @Test("is what the steps of an epoch compute", arguments: [0, 2])
  func equal(epoch: Int) throws {
    let (configuration, data) = (Self.configuration(Self.augmentation), try Self.data())
    let expected = try trained(configuration, data, epoch: epoch)
    #expect(expected.count == Self.count)
    let inputs = try #require(try AugmentedInputs(configuration, data: data))
    let indices = Array((0..<Self.count).reversed())
    let seen = try inputs.samples(indices, epoch: epoch)
    for (position, index) in indices.enumerated() {
      #expect(try seen.input(position) == expected[index], "sample \(index)")
      #expect(seen.label(position) == data.label(index))
    }
  }

  @Test("of byte images are bytes, in the range of the data")
  func bytes() throws {
    let data = try Dataset(name: "x", shape: [2, 2, 1], images: [0, 85, 170, 255], labels: [1])
    let layers: [any Layer] = [RandomFlip(mode: .horizontal, seed: 3), Rescaling(scale: 1 / 127.5, offset: -1)]
    let inputs = try #require(try AugmentedInputs(Self.configuration(layers), data: data))
    var found: Set<[UInt8]> = []
    for epoch in 0..<10 { found.insert(try #require(try inputs.samples([0], epoch: epoch).bytes)) }
    #expect(found == [[0, 85, 170, 255], [85, 0, 255, 170]])
  }

  @Test("of byte images have a byte for every value, whatever the layers make of it")
  func infinite() throws {
    let data = try Dataset(name: "x", shape: [2, 2, 1], images: [0, 85, 170, 255], labels: [1])
    for layer in [Rescaling(scale: 1e39), Rescaling(scale: 0), Rescaling(scale: -1e39, offset: 1e39)] {
      let inputs = try #require(try AugmentedInputs(Self.configuration([layer, RandomFlip()]), data: data))
      #expect(try inputs.samples([0], epoch: 0).bytes?.count == 4)
    }
  }

  static let models: [(layers: [any Layer], count: Int)] = [
    ([], 0), ([Rescaling(scale: 2)], 0), ([RandomFlip()], 1), ([Rescaling(scale: 2), RandomFlip()], 2),
    ([RandomFlip(), Rescaling(scale: 2), Dropout(rate: 0.5), RandomFlip()], 2),
    ([Resizing(height: 4, width: 4), CenterCrop(height: 2, width: 2)], 0),
    ([Resizing(height: 4, width: 4), RandomErasing(), CenterCrop(height: 2, width: 2)], 3),
  ]

  @Test("ends with the first layer that neither augments nor rescales", arguments: models.indices)
  func leading(index: Int) throws {
    let (layers, count) = Self.models[index]
    #expect(Self.configuration(layers).model.leadingAugmentationCount == count)
    #expect(try (AugmentedInputs(Self.configuration(layers), data: Self.data()) == nil) == (count == 0))
  }
}
