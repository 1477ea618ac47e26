import Datasets
import Foundation
import Kernels
import NeuralNetwork
import Testing

@testable import Training

/// A network with suitable data.
struct SmallNetwork: Sendable, CustomTestStringConvertible {
  let name: String
  let model: Sequential
  let optimizer: any Optimizer
  let data: DatasetSplits

  init(
    _ name: String, _ model: Sequential, optimizer: any Optimizer = Adam(), data: DatasetSplits = SmallRun.data
  ) {
    self.name = name
    self.model = model
    self.optimizer = optimizer
    self.data = data
  }

  var testDescription: String { name }

  static let all = [
    lesson, convolutions, perceptron, general, odd, residual, branches, frozen, augmented, augmentedColors,
  ]

  /// The lesson's network: fused convolution and pooling over one channel.
  static let lesson = SmallNetwork(
    "lesson",
    Sequential([
      Conv2D(filters: 10, kernelSize: [5, 5], activation: .relu), MaxPooling2D(), Flatten(),
      Dense(units: 100, activation: .relu), Dense(units: 10, activation: .softmax),
    ]))

  /// Two convolutions with pooling, the second over many channels.
  static let convolutions = SmallNetwork(
    "two convolutions",
    Sequential([
      Conv2D(filters: 32, kernelSize: [3, 3], activation: .relu), MaxPooling2D(),
      Conv2D(filters: 64, kernelSize: [3, 3], activation: .relu), MaxPooling2D(), Flatten(),
      Dense(units: 10, activation: .softmax),
    ]))

  /// Many parameters for few samples: one worker computes several shards at a time.
  static let perceptron = SmallNetwork(
    "MLP",
    Sequential([
      Flatten(), Dense(units: 512, activation: .relu), Dense(units: 512, activation: .relu),
      Dense(units: 10, activation: .softmax),
    ]))

  /// Layers that are not fused.
  static let general = SmallNetwork(
    "layers on their own",
    Sequential([
      Conv2D(filters: 3, kernelSize: [3, 3], strides: [2, 2], padding: .same, activation: .tanh),
      AveragePooling2D(poolSize: [3, 3], strides: [2, 2], padding: .same), Flatten(), Dense(units: 10),
      Activation(.softmax),
    ]))

  /// Odd sizes over three channels.
  static let odd = SmallNetwork(
    "odd sizes",
    Sequential([
      Conv2D(filters: 13, kernelSize: [7, 7], strides: [2, 2], padding: .same, activation: .relu), MaxPooling2D(),
      Conv2D(filters: 5, kernelSize: [3, 2], padding: .same, activation: .relu), MaxPooling2D(poolSize: [3, 2]),
      Flatten(), Dense(units: 33, activation: .relu), Dense(units: 10, activation: .softmax),
    ]), data: SmallRun.colored)

  /// Two residual blocks with identity and projection shortcuts, with all batch operations.
  static let residual: SmallNetwork = {
    var model = Model()
    model.append(Conv2D(filters: 6, kernelSize: [3, 3], strides: [2, 2], padding: .same, useBias: false))
    model.append(BatchNormalization())
    let stem = model.append(ReLU())
    model.append(Conv2D(filters: 6, kernelSize: [3, 3], padding: .same, useBias: false))
    model.append(BatchNormalization(momentum: 0.9))
    let body = model.append(Dropout(rate: 0.2))
    model.append(Add(), inputs: [body, stem])
    let first = model.append(ReLU())
    let projection = model.append(
      Conv2D(filters: 10, kernelSize: [1, 1], strides: [2, 2], padding: .same), inputs: [first])
    model.append(Conv2D(filters: 10, kernelSize: [3, 3], strides: [2, 2], padding: .same), inputs: [first])
    let second = model.append(BatchNormalization(center: false))
    model.append(Add(), inputs: [projection, second])
    model.append(ReLU())
    model.append(GlobalAveragePooling2D())
    model.append(Dropout(rate: 0.3))
    model.append(Dense(units: 10, activation: .softmax))
    let optimizer = SGD(
      learningRate: 0.05, momentum: 0.9, nesterov: true,
      updateOptions: UpdateOptions(
        weightDecay: 1e-3, excludedFromWeightDecay: ["bias", "gamma", "beta"], clipping: .globalNorm(1)))
    return SmallNetwork("residual", model, optimizer: optimizer)
  }()

  /// Frozen layers before, among and after trainable ones, with gradients through them.
  static let frozen: SmallNetwork = {
    var model = Model([
      Conv2D(filters: 6, kernelSize: [3, 3]), BatchNormalization(), ReLU(),
      Conv2D(filters: 8, kernelSize: [3, 3], strides: [2, 2]), BatchNormalization(), ReLU(),
      Conv2D(filters: 9, kernelSize: [3, 3], activation: .relu), MaxPooling2D(), BatchNormalization(),
      Dropout(rate: 0.1), Conv2D(filters: 7, kernelSize: [1, 1]), Flatten(), Dense(units: 30, activation: .tanh),
      Dense(units: 20, activation: .tanh), Dense(units: 10, activation: .softmax),
    ])
    model.setTrainable(false, layers: [0, 1, 6, 8, 9, 12])
    let optimizer = AdamW(learningRate: 0.002, weightDecay: 0.01, clipping: .globalNorm(0.5))
    return SmallNetwork("frozen", model, optimizer: optimizer)
  }()

  /// Convolutions of several sizes over the same values, concatenated.
  static let branches: SmallNetwork = {
    var model = Model()
    let scaled = model.append(Rescaling(scale: 2 / 255, offset: -1))
    let narrow = model.append(
      Conv2D(filters: 3, kernelSize: [1, 1], strides: [2, 2], activation: .tanh), inputs: [scaled])
    let wide = model.append(
      Conv2D(filters: 5, kernelSize: [5, 5], strides: [2, 2], padding: .same, activation: .relu), inputs: [scaled])
    let pooled = model.append(AveragePooling2D(), inputs: [scaled])
    model.append(Concatenate(), inputs: [narrow, pooled, wide])
    model.append(BatchNormalization(scale: false))
    model.append(MaxPooling2D())
    model.append(Flatten())
    model.append(Dense(units: 40, activation: .relu))
    model.append(BatchNormalization())
    model.append(Dropout(rate: 0.5))
    model.append(Dense(units: 10, activation: .softmax))
    let optimizer = AdamW(
      learningRate: 0.002, weightDecay: 0.01, excludedFromWeightDecay: ["bias", "batch_normalization/beta"],
      clipping: .norm(0.5))
    return SmallNetwork("branches", model, optimizer: optimizer, data: SmallRun.colored)
  }()

  /// The lesson's network over images that are moved and flipped.
  static let augmented = SmallNetwork(
    "augmented",
    Sequential(
      [RandomTranslation(heightFactor: TranslationFactor(0.1), widthFactor: TranslationFactor(0.1)), RandomFlip()]
        + lesson.model.layers))

  /// Augmentation of what layers compute, too: its gradients are those of the layers before it.
  static let augmentedColors = SmallNetwork(
    "augmented colors",
    Sequential([
      RandomFlip(mode: .horizontal), Conv2D(filters: 6, kernelSize: [3, 3], strides: [2, 2], activation: .relu),
      RandomTranslation(
        heightFactor: TranslationFactor(-0.2...0.1), widthFactor: TranslationFactor(0.3), fillMode: .constant,
        fillValue: 0.25), BatchNormalization(), MaxPooling2D(), RandomFlip(seed: 3),
      RandomTranslation(
        heightFactor: TranslationFactor(0.5), widthFactor: TranslationFactor(0), fillMode: .wrap,
        interpolation: .nearest), Flatten(), Dense(units: 10, activation: .softmax),
    ]), data: SmallRun.colored)
}

/// Small training runs that take milliseconds.
enum SmallRun {
  /// All supported ones; the best alone under ThreadSanitizer, which looks for races: kernels share nothing.
  static let instructionSets =
    ProcessInfo.processInfo.environment["TSAN_OPTIONS"] == nil
    ? InstructionSet.allCases.filter(\.isSupported) : [.bestSupported]

  static let data: DatasetSplits = {
    guard
      let splits = try? DigitsSource(trainCount: 230, testCount: 70).load(DatasetContext(environment: [:]))
    else { preconditionFailure("digits need nothing") }
    return splits
  }()

  /// The digits in three channels: the image, its negative, and its darker half.
  static let colored: DatasetSplits = {
    func color(_ digits: Dataset) throws -> Dataset {
      let images = (digits.bytes ?? []).flatMap { [$0, 255 - $0, $0 / 2] }
      return try Dataset(
        name: "colored \(digits.name)", shape: [28, 28, 3], images: images, labels: digits.labels ?? [])
    }
    guard let splits = try? DatasetSplits(train: color(data.train), test: color(data.test))
    else { preconditionFailure("as many images as labels") }
    return splits
  }()

  /// 230 samples in batches of 50: the last one of an epoch has 30.
  static func trainer(
    _ network: SmallNetwork = .lesson, workers: Int = 2, epochs: Int = 2, shards: Int = 8,
    instructionSet: InstructionSet = .bestSupported
  ) throws -> Trainer {
    return try Trainer(
      TrainingConfiguration(
        model: network.model, optimizer: network.optimizer, epochs: epochs, batchSize: 50, shards: shards, seed: 5),
      inputShape: network.data.train.shape, workerCount: workers, instructionSet: instructionSet)
  }

  static func trained(
    _ network: SmallNetwork = .lesson, workers: Int, shards: Int = 8, instructionSet: InstructionSet = .bestSupported
  ) throws -> Trainer {
    let trainer = try trainer(network, workers: workers, shards: shards, instructionSet: instructionSet)
    try trainer.fit(network.data.train, validation: network.data.test)
    return trainer
  }
}

/// A snapshot without times.
func withoutTimes(_ snapshot: Snapshot) -> Snapshot {
  var snapshot = snapshot
  snapshot.state.epochSeconds = 0
  var columns = snapshot.state.history.columns
  columns["seconds"] = nil
  snapshot.state.history = History(columns: columns)
  return snapshot
}

/// The variables that differ between two runs that should end alike; `snapshot` for any other difference. Whole
/// snapshots would fill pages.
func differences(_ left: Trainer, _ right: Trainer) -> [String] {
  let (left, right) = (withoutTimes(left.snapshot()), withoutTimes(right.snapshot()))
  guard left != right else { return [] }
  let variables = zip([left.parameters] + left.slots, [right.parameters] + right.slots)
  return ["snapshot"] + variables.flatMap { zip($0, $1).filter { $0 != $1 }.map(\.0.path) }
}
