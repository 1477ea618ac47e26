import Foundation
import Martlet
import Testing

@Suite("A program with custom data, layers, losses, metrics and callbacks", .serialized)
struct OutsideTests {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID().uuidString)").path

  /// One line per type.
  init() {
    Catalog.layers.register(PReLU.self)
    Catalog.losses.register(OwnHuber.self)
    Catalog.metrics.register(LargestError.self)
    Catalog.callbacks.register(HalvedLearningRate.self)
  }

  /// A function of 4 numbers, at 240 points.
  private static func data() throws -> DatasetSplits {
    let inputs = (0..<240 * 4).map { index -> Float in sinf(Float(index * index % 1013)) }
    let targets = stride(from: 0, to: inputs.count, by: 4).map { first -> Float in
      let product: Float = inputs[first] * inputs[first + 1]
      return product - max(inputs[first + 2], 0) + inputs[first + 3] / 2
    }
    let all = try Dataset(name: "points", shape: [4], inputs: inputs, targets: targets)
    let (train, validation) = try all.split(validation: 0.25)
    return try DatasetSplits(train: train, validation: validation, test: nil)
  }

  private func configuration(_ name: String, epochs: Int = 4) -> RunConfiguration {
    RunConfiguration(
      name: name,
      training: TrainingConfiguration(
        model: Sequential([Dense(units: 16), PReLU(), Dense(units: 1)]), optimizer: Adam(learningRate: 0.01),
        loss: OwnHuber(), metrics: [LargestError()], epochs: epochs, batchSize: 20),
      checkpoints: CheckpointPolicy(directory: "\(directory)/\(name)"),
      callbacks: [HalvedLearningRate(everyEpochs: 2)])
  }

  private func run(_ configuration: RunConfiguration, _ start: TrainingRun.Start, workers: Int) throws -> TrainingRun {
    try TrainingRun(
      configuration, start: start, data: Self.data(), environment: TrainingRun.Environment(workerCount: workers))
  }

  @Test("trains, is interrupted, resumes to the same bits, and opens what it saved")
  func wholeRun() throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let whole = try run(configuration("whole"), .fresh, workers: 1)
    try whole.run()
    let cut = configuration("cut")
    try run(cut, .fresh, workers: 2).run(maxSteps: 5)
    try run(cut, .resuming, workers: 3).run(maxSteps: 23)
    let resumed = try run(cut, .resumingIfAny, workers: 2)
    #expect(resumed.trainer.state.step == 23 && resumed.resumedFrom != nil)
    try resumed.run()
    #expect(resumed.isFinished)
    #expect(resumed.trainer.snapshot().parameters == whole.trainer.snapshot().parameters)
    #expect(resumed.trainer.snapshot().slots == whole.trainer.snapshot().slots)
    #expect(resumed.trainer[callback: HalvedLearningRate.name].numbers == ["halvings": 2])
    let losses = whole.trainer.state.history["val_loss"]
    #expect(losses.count == 4 && losses[3] < losses[0])
    #expect(whole.trainer.state.history["val_largest_error"].count == 4)

    let saved = try Checkpoint(path: "\(cut.checkpoints.directory)/latest.weights.h5")
    #expect(saved.configuration.training.model.layers[1] is PReLU)
    #expect(saved.configuration.training.loss is OwnHuber)
    let opened = try Trainer(saved)
    let alphas = try #require(opened.weights.first { $0.path == "shared_prelu/alpha" })
    #expect(alphas.values.count == 16 && Set(alphas.values).count == 16)
    let validation = try Self.data().validation
    #expect(try opened.evaluate(validation) == resumed.trainer.evaluate(validation))
  }

  @Test("refuses other data, and an existing run")
  func otherRuns() throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let configuration = configuration("own")
    try run(configuration, .fresh, workers: 1).run(maxSteps: 3)
    #expect(throws: (any Error).self) { try run(configuration, .fresh, workers: 1) }
    let other = try Dataset(
      name: "other", shape: [4], inputs: [Float](repeating: 1, count: 80), targets: [Float](repeating: 1, count: 20))
    #expect(throws: ResumeMismatch.self) {
      try TrainingRun(
        configuration, start: .resuming, data: DatasetSplits(train: other, validation: other, test: nil))
    }
  }

  @Test("splits off validation samples as configured")
  func validationSplit() throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var configuration = configuration("split")
    configuration.training.validationSplit = 0.5
    let train = try Self.data().train
    let data = try DatasetSplits(train: train, test: train)
    let run = try TrainingRun(configuration, start: .fresh, data: data)
    #expect(run.data.train.count == 90 && run.data.validation.count == 90 && run.data.test.count == 180)
    configuration.checkpoints.directory += "-again"
    #expect(throws: ConfigurationError.self) { try TrainingRun(configuration, start: .fresh, data: Self.data()) }
  }

  @Test("names its types in YAML and in Keras files, and refuses ONNX export of types without an exchange form")
  func files() throws {
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let configuration = configuration("files", epochs: 1)
    let again = try RunConfiguration(yaml: configuration.yaml, file: "own.yml")
    #expect(again.training.model.isSame(as: configuration.training.model))
    #expect(again.callbacks.first is HalvedLearningRate)
    let run = try run(configuration, .fresh, workers: 2)
    try run.run()
    let saved = try Checkpoint(path: "\(directory)/files/latest.weights.h5")
    let file = "\(directory)/own.keras"
    try Data(saved.model.exported(.keras, path: file)).write(to: URL(filePath: file))
    let opened = try KerasModelFile(path: file).model(for: .training).model
    #expect(opened.model.layers[1] is PReLU && opened.loss is OwnHuber && opened.weights == saved.model.weights)
    #expect {
      try saved.model.exported(.onnx, path: "own.onnx")
    } throws: {
      "\($0)".contains("SharedPReLU")
    }
  }
}
