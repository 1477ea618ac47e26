import Datasets
import Foundation
import NeuralNetwork
import TestSupport
import Testing

@testable import Training

@Suite("The callback tensorboard")
struct TensorBoardTests {
  private static func trainer(
    metrics: [any Metric] = [Accuracy()], epochs: Int = 3, validationFrequency: Int = 1, classNames: [String]? = nil
  ) throws -> Trainer {
    var configuration = TrainingConfiguration(
      model: SmallNetwork.lesson.model, metrics: metrics, epochs: epochs, batchSize: 50, seed: 5,
      validationFrequency: validationFrequency)
    configuration.classNames = classNames
    return try Trainer(configuration, inputShape: [28, 28, 1], workerCount: 2)
  }

  private static func fit(_ trainer: Trainer, epochs: Int? = nil, _ callbacks: any Callback...) throws {
    let data = SmallRun.data
    try trainer.fit(data.train, validation: data.test, epochs: epochs, callbacks: callbacks)
  }

  private static func tags(_ points: [EventRecords.Point]) -> [String: [Int]] {
    Dictionary(grouping: points, by: \.tag).mapValues { $0.map(\.step) }
  }

  @Test("writes the numbers of the history with Keras' tags, and changes nothing else")
  func numbers() throws {
    let directory = try TemporaryDirectory()
    let (plain, logged) = (try Self.trainer(), try Self.trainer())
    let callback = TensorBoard(
      directory: "\(directory.path)/{seed}", histogramFrequency: 2, writeImages: true, writeStepsPerSecond: true,
      mistakes: 4)
    try Self.fit(plain)
    try Self.fit(logged, callback)
    #expect(differences(plain, logged) == [])
    let history = logged.state.history
    #expect(directory.names == ["5"])
    let train = try EventRecords.shown(inDirectory: "\(directory.path)/5/train")
    let weights = logged.weights.map { "\($0.path)/histogram" }
    let numbers = ["epoch_accuracy", "epoch_learning_rate", "epoch_loss", "epoch_steps_per_second"]
    #expect(Set(train.map(\.tag)) == Set(numbers + weights + ["conv2d/kernel/image"]))
    let steps = Self.tags(train)
    #expect(numbers.allSatisfy { steps[$0] == [0, 1, 2] })
    #expect((weights + ["conv2d/kernel/image"]).allSatisfy { steps[$0] == [0, 2] })
    let validation = try EventRecords.shown(inDirectory: "\(directory.path)/5/validation")
    #expect(Self.tags(validation) == ["epoch_accuracy": [0, 1, 2], "epoch_loss": [0, 1, 2], "mistakes": [0, 1, 2]])
    for (points, prefix) in [(train, ""), (validation, "val_")] {
      for metric in ["loss", "accuracy"] {
        let written = points.filter { $0.tag == "epoch_\(metric)" }.map(\.number)
        #expect(written == history["\(prefix)\(metric)"].map { Float($0) })
      }
    }
  }

  @Test("leaves out epochs without validation, and has a tag for each class and a picture of the confusion matrix")
  func arrays() throws {
    let directory = try TemporaryDirectory()
    let names = (0..<10).map { "digit \($0)" }
    let trainer = try Self.trainer(
      metrics: [FBetaScore(average: nil), ConfusionMatrix()], epochs: 4, validationFrequency: 2, classNames: names)
    try Self.fit(trainer, TensorBoard(directory: directory.path))
    let points = try EventRecords.shown(inDirectory: "\(directory.path)/validation")
    let tags = names.map { "epoch_fbeta_score/\($0)" } + ["epoch_confusion_matrix", "epoch_loss"]
    #expect(Self.tags(points) == Dictionary(uniqueKeysWithValues: tags.map { ($0, [1, 3]) }))
    let train = try EventRecords.shown(inDirectory: "\(directory.path)/train")
    #expect(train.filter { $0.tag == "epoch_confusion_matrix" }.map(\.step) == [0, 1, 2, 3])
    #expect(train.contains { $0.tag == "epoch_fbeta_score/digit 3" && $0.number != nil })
  }

  @Test("continues a resumed run in a new file, which replaces the points after its checkpoint")
  func resumed() throws {
    let (directory, whole) = (try TemporaryDirectory(), try TemporaryDirectory())
    let uninterrupted = try Self.trainer(epochs: 5)
    try Self.fit(uninterrupted, TensorBoard(directory: whole.path, histogramFrequency: 1, mistakes: 2))
    let killed = try Self.trainer(epochs: 5)
    let callback = TensorBoard(directory: directory.path, histogramFrequency: 1, mistakes: 2)
    try Self.fit(killed, epochs: 2, callback)
    let checkpoint = killed.snapshot()
    try Self.fit(killed, epochs: 4, callback)
    let resumed = try Self.trainer(epochs: 5)
    try resumed.restore(checkpoint, of: SmallRun.data.train)
    try Self.fit(resumed, TensorBoard(directory: directory.path, histogramFrequency: 1, mistakes: 2))
    #expect(differences(uninterrupted, resumed) == [])
    for part in ["train", "validation"] {
      let files = try EventRecords.all(inDirectory: "\(directory.path)/\(part)")
      #expect(files.map(\.starts) == [[0], [2], [2]])
      let shown = try EventRecords.shown(inDirectory: "\(directory.path)/\(part)")
      #expect(Set(shown).count == shown.count)
      #expect(try Set(shown) == Set(EventRecords.shown(inDirectory: "\(whole.path)/\(part)")))
    }
    // A finished run that is started again writes nothing.
    let names = directory.names
    try Self.fit(resumed, TensorBoard(directory: directory.path))
    #expect(directory.names == names)
    #expect(try EventRecords.all(inDirectory: "\(directory.path)/train").count == 3)
  }

  @Test("gives a run that was begun without it the curves from its start")
  func added() throws {
    let directory = try TemporaryDirectory()
    let trainer = try Self.trainer(epochs: 4)
    try Self.fit(trainer, epochs: 2)
    try Self.fit(trainer, TensorBoard(directory: directory.path))
    for part in ["train", "validation"] {
      let files = try EventRecords.all(inDirectory: "\(directory.path)/\(part)")
      #expect(files.map(\.starts) == [[0]])
      #expect(files[0].points.filter { $0.tag == "epoch_loss" }.map(\.step) == [0, 1, 2, 3])
    }
  }

  /// Changes the directory between two epochs.
  private final class Interference: Callback {
    private let changes: [Int: () throws -> Void]
    init(_ changes: [Int: () throws -> Void]) { self.changes = changes }
    func epochWillBegin(_ trainer: Trainer, _ plan: FitPlan) throws { try changes[trainer.state.epoch]?() }
  }

  @Test("warns once of a directory that cannot be written to, and writes all epochs once it can")
  func faults() throws {
    let directory = try TemporaryDirectory()
    let logs = try directory.write("", to: "logs")
    let trainer = try Self.trainer(epochs: 5)
    var warnings: [String] = []
    trainer.warning = { warnings.append($0) }
    let interference = Interference([
      2: { try FileManager.default.removeItem(atPath: logs) },
      // TensorBoard's user removes what was written so far.
      4: { try FileManager.default.removeItem(atPath: "\(logs)/train") },
    ])
    try Self.fit(trainer, interference, TensorBoard(directory: logs))
    #expect(warnings.count == 1 && warnings[0].hasPrefix("\(logs)/train: cannot be created"), "\(warnings)")
    let validation = try EventRecords.all(inDirectory: "\(logs)/validation")
    #expect(validation.map(\.starts) == [[0]])
    #expect(validation[0].points.filter { $0.tag == "epoch_loss" }.map(\.step) == [0, 1, 2, 3, 4])
    #expect(try EventRecords.shown(inDirectory: "\(logs)/train").filter { $0.tag == "epoch_loss" }.map(\.step) == [4])
  }

  @Test("warns of pictures that it cannot write")
  func missingPictures() throws {
    let directory = try TemporaryDirectory()
    let data = try Dataset(
      name: "vectors", shape: [3], inputs: (0..<60).map { Float($0 % 7) }, labels: (0..<20).map { $0 % 2 })
    let configuration = TrainingConfiguration(
      model: Sequential([Dense(units: 2, activation: .softmax)]), epochs: 1, batchSize: 10)
    let trainer = try Trainer(configuration, inputShape: data.shape, workerCount: 1)
    var warnings: [String] = []
    trainer.warning = { warnings.append($0) }
    let callback = TensorBoard(directory: directory.path, histogramFrequency: 1, writeImages: true, mistakes: 4)
    try trainer.fit(data, validation: data, callbacks: [callback])
    #expect(warnings.count == 2 && warnings[0].hasPrefix("callbacks.tensorboard.mistakes: no pictures are written."))
    #expect(warnings[1].hasPrefix("callbacks.tensorboard.write_images: no pictures are written, because"))
    let tags = try EventRecords.shown(inDirectory: "\(directory.path)/train").map(\.tag)
    #expect(tags.contains("dense/kernel/histogram") && !tags.contains { $0.hasSuffix("image") })
  }

  @Test("warns of the event files of another run, unless it may replace them")
  func earlierRun() throws {
    let directory = try TemporaryDirectory()
    try Self.fit(try Self.trainer(epochs: 3), TensorBoard(directory: directory.path))
    for replaces in [false, true] {
      let trainer = try Self.trainer(epochs: 1)
      var warnings: [String] = []
      trainer.warning = { warnings.append($0) }
      trainer.replacesLogs = replaces
      try Self.fit(trainer, TensorBoard(directory: directory.path))
      #expect(warnings.count == (replaces ? 0 : 1))
      #expect(warnings.allSatisfy { $0.hasPrefix("\(directory.path)/train: has event files of an earlier run.") })
      let points = try EventRecords.shown(inDirectory: "\(directory.path)/train")
      #expect(Self.tags(points).values.allSatisfy { $0 == [0] })
    }
  }

  @Test("draws no confusion matrix of an epoch that did not measure it")
  func missingCounts() {
    func picture(_ counts: [Double]) -> Picture? { Picture(ofConfusion: MetricValue(shape: [2, 2], elements: counts)) }
    #expect(picture([3, 1, 0, 4]) != nil && picture([0, 0, 0, 0]) != nil)
    for value in [Double.nan, .infinity, -1] { #expect(picture([3, value, 0, 4]) == nil) }
  }
}
