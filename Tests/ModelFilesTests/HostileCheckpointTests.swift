import DurableFiles
import Foundation
import HDF5Reading
import Martlet
import TestSupport
import Testing

@testable import Checkpoints

/// A checkpoint in the middle of an epoch, with weights kept by a callback: changed, given a valid digest, and opened.
struct SealedRun {
  static let yaml = """
    name: small
    data: {dataset: digits, train_count: 40, test_count: 20}
    model:
      - conv2d: {filters: 2, kernel_size: [3, 3], activation: relu}
      - max_pooling2d: {pool_size: [4, 4]}
      - flatten
      - dense: {units: 10, activation: softmax}
    fit: {epochs: 3, batch_size: 20, shards: 2}
    callbacks:
      - early_stopping: {monitor: val_loss, patience: 5, restore_best_weights: true}
    """
  let data: DatasetSplits
  let configuration: RunConfiguration
  let plan: ModelPlan
  let checkpoint: Checkpoint
  private let directory: TemporaryDirectory
  var path: String { "\(directory.path)/x.weights.h5" }

  /// - Parameter further: what stands behind the YAML.
  init(further: String = "") throws {
    directory = try TemporaryDirectory()
    configuration = try RunConfiguration(yaml: "\(Self.yaml)\n\(further)", file: "small.yml")
    data = try #require(configuration.source).load(DatasetContext(environment: [:]))
    let trainer = try Trainer(configuration.training, inputShape: [28, 28, 1], workerCount: 1)
    try trainer.fit(data.train, validation: data.test, maxSteps: 3, callbacks: configuration.callbacks)
    plan = trainer.plan
    var record = RunRecord(configuration, inputShape: [28, 28, 1], instructionSet: "\(trainer.instructionSet)")
    record.trainFingerprint = data.train.fingerprint
    record.validationFingerprint = data.test.fingerprint
    checkpoint = Checkpoint(of: record, snapshot: trainer.snapshot())
  }

  /// Writes a checkpoint with any contents and a valid digest.
  func write(_ checkpoint: Checkpoint, plan: ModelPlan? = nil) throws {
    try checkpoint.write(to: path, plan: plan ?? self.plan)
  }

  /// Replaces a text in the file by another one of its length.
  func replace(_ text: String, with other: String) throws {
    var bytes = try AtomicFile.read(path)
    try #require(text.utf8.count == other.utf8.count)
    let place = bytes.firstRange(of: Array(text.utf8))
    bytes.replaceSubrange(try #require(place), with: Array(other.utf8))
    try seal(bytes)
  }

  /// Updates the digest of changed bytes.
  func seal(_ bytes: [UInt8]) throws {
    let content = bytes[UserBlock.count...]
    try AtomicFile.write(content.withUnsafeBytes { UserBlock(content: $0, formatVersion: 1).bytes } + content, to: path)
  }

  /// Opens the file and uses it in every way that the commands do.
  ///
  /// - Throws: any error; it must not crash.
  func use() throws {
    let saved = try Checkpoint(path: path)
    for format in ExportFormat.allCases { _ = try saved.model.exported(format, path: "x") }
    for format in [ExportFormat.npz, .safetensors] { _ = try saved.model.exported(format, layout: .torch, path: "x") }
    let trainer = try Trainer(saved, workerCount: 1)
    _ = try trainer.evaluate(data.test)
    _ = try trainer.predict(data.test)
    try trainer.restore(saved.snapshot, of: data.train)
    let step = trainer.state.step
    try trainer.fit(
      data.train, validation: data.test, maxSteps: step + 1, callbacks: saved.configuration.callbacks)
  }
}

@Suite("Checkpoints with invalid contents and a valid digest")
struct HostileCheckpointTests {
  typealias Change = @Sendable (inout Checkpoint) -> Void

  /// One value fewer along the first axis.
  private static func shorter(_ variable: Snapshot.Variable) -> Snapshot.Variable {
    let (first, rest) = (variable.shape.dimensions[0] - 1, variable.shape.dimensions.dropFirst())
    let shape = Shape([first] + rest)
    return Snapshot.Variable(path: variable.path, shape: shape, values: Array(variable.values.prefix(shape.count)))
  }

  /// A change, and the message.
  static let changes: [(name: String, change: Change, message: String)] = [
    (
      "a kernel of other dimensions", { $0.snapshot.parameters[2] = shorter($0.snapshot.parameters[2]) },
      "is malformed: dense/kernel has the shape (71, 10), the model needs (72, 10)."
    ),
    (
      "a kernel with its axes exchanged",
      {
        let kernel = $0.snapshot.parameters[2]
        $0.snapshot.parameters[2] = Snapshot.Variable(path: kernel.path, shape: [10, 72], values: kernel.values)
      }, "is malformed: dense/kernel has the shape (10, 72), the model needs (72, 10)."
    ),
    ("a missing weight", { $0.snapshot.parameters.removeLast() }, "/dense/sequential/dense/bias: is missing."),
    (
      "an optimizer's variable of other dimensions",
      { $0.snapshot.slots[1][2] = shorter($0.snapshot.slots[1][2]) },
      "is malformed: dense/kernel of the optimizer variables has the shape (71, 10), the model needs (72, 10)."
    ),
    ("a missing slot", { $0.snapshot.slots.removeLast() }, "it has 1 optimizer variables per parameter"),
    (
      "a picture that the model takes, with other weights", { $0.run.inputShape = [28, 20, 1] },
      "is malformed: dense/kernel has the shape (72, 10), the model needs (48, 10)."
    ),
    (
      "a picture of more channels", { $0.run.inputShape = [28, 28, 3] },
      "is malformed: conv2d/kernel has the shape (3, 3, 1, 2), the model needs (3, 3, 3, 2)."
    ),
    (
      "a picture that the model does not take", { $0.run.inputShape = [2, 2, 1] }, "samples of the shape (2, 2, 1): got"
    ),
    (
      "a picture of absurd size", { $0.run.inputShape = [1 << 20, 1 << 20, 1 << 20] }, "has more than 268435456 values"
    ),
    ("a picture of negative size", { $0.run.inputShape = [-28, 28, 1] }, "the input shape is [-28, 28, 1]"),
    (
      "a history of more epochs",
      { $0.snapshot.state.history = History(columns: ["loss": [1, 2, 3], "val_loss": [1, 2, 3]]) },
      "is malformed: its history has 3 values of 'loss' for 1 epochs."
    ),
    (
      "callback weights of another model",
      {
        let weights = $0.snapshot.state.callbacks["early_stopping"]?.weights ?? []
        $0.snapshot.state.callbacks["early_stopping"]?.weights = weights.map(shorter)
      }, "of the weights of early_stopping has the shape"
    ),
    (
      "fewer weights of a callback", { _ = $0.snapshot.state.callbacks["early_stopping"]?.weights.removeLast() },
      "is malformed: 3 weights of early_stopping, the model has 4."
    ),
    (
      "a negative count of a callback", { $0.snapshot.state.callbacks["early_stopping"]?.numbers["wait"] = -3 },
      "is malformed: the counts of early_stopping are best_epoch: 1.0, wait: -3.0."
    ),
    (
      "no number of a callback", { $0.snapshot.state.callbacks["early_stopping"]?.numbers["stopped_epoch"] = .nan },
      "the counts of early_stopping are best_epoch: 1.0, stopped_epoch: nan"
    ),
    ("a negative epoch", { $0.snapshot.state.epoch = -1 }, "is malformed: epoch is -1."),
    ("an absurd step", { $0.snapshot.state.step = 1 << 62 }, "is malformed: step is 4611686018427387904."),
    ("more epochs than steps", { $0.snapshot.state.epoch = 1 << 20 }, "is not 1 steps after 1048576 epochs"),
    ("more steps elsewhere than steps", { $0.snapshot.state.importedSteps = 9 }, "(9 made elsewhere) is not"),
    (
      "more samples than steps", { $0.snapshot.state.sums = RunningSums(values: [1, 1], samples: 1 << 40) },
      "is malformed: 1 steps of the epoch cannot have 1099511627776 samples."
    ),
    (
      "sums of more metrics", { $0.snapshot.state.sums = RunningSums(values: [1, 1, 1], samples: 20) },
      "is malformed: it was trained with other metrics."
    ),
    ("a negative learning rate", { $0.snapshot.state.learningRate = -1 }, "is malformed: the learning rate is -1.0."),
    (
      "a weight that is NaN",
      {
        let bias = $0.snapshot.parameters[3]
        $0.snapshot.parameters[3] = Snapshot.Variable(
          path: bias.path, shape: bias.shape, values: bias.values.map { _ in .nan })
      }, "is malformed: dense/bias contains NaN or infinite values."
    ),
  ]

  @Test("are refused in one line, each with its reason", arguments: changes.indices)
  func refusal(index: Int) throws {
    let (name, change, message) = Self.changes[index]
    let run = try SealedRun()
    var checkpoint = run.checkpoint
    change(&checkpoint)
    try #require(checkpoint != run.checkpoint)
    try run.write(checkpoint)
    let error = try #require(throws: (any Error).self, "\(name)") { try run.use() }
    #expect(error is CheckpointError || error is HDF5Error, "\(name): \(error)")
    #expect("\(error)".hasPrefix(run.path) && "\(error)".contains(message), "\(name): \(error)")
    #expect(!"\(error)".contains("\n"))
  }

  @Test(
    "are refused if their configuration is another one",
    arguments: [
      ("shuffle: true, seed: 1", "shuffle: true, seed: 7", "is malformed: its seed is 1, that of its configuration 7."),
      ("name: small", "name: [mall", "has a configuration that this program cannot use"),
      (
        "filters: 2", "filters: 3",
        "is malformed: conv2d/kernel has the shape (3, 3, 1, 2), the model needs (3, 3, 1, 3)."
      ),
    ])
  func otherConfiguration(text: String, other: String, message: String) throws {
    let run = try SealedRun()
    try run.write(run.checkpoint)
    try run.replace(text, with: other)
    let error = try #require(throws: CheckpointError.self) { try run.use() }
    #expect("\(error)".hasPrefix(run.path) && "\(error)".contains(message), "\(error)")
    #expect(!"\(error)".contains("\n"))
  }

  @Test("are refused if they have more weights than the model")
  func additionalWeights() throws {
    let run = try SealedRun()
    var larger = run.configuration.training
    var layers = larger.model.layers
    layers.insert(Dense(units: 5), at: 3)
    larger.model = Sequential(layers)
    let trainer = try Trainer(larger, inputShape: [28, 28, 1], workerCount: 1)
    var checkpoint = run.checkpoint
    checkpoint.snapshot.parameters = trainer.snapshot().parameters
    checkpoint.snapshot.slots = trainer.snapshot().slots
    try run.write(checkpoint, plan: trainer.plan)
    #expect(throws: CheckpointError.malformed(path: run.path, reason: "6 variables, the model has 4")) { try run.use() }
  }

  @Test("are refused if they have the optimizer's variables in an order that is not known")
  func slotOrder() throws {
    let run = try SealedRun(further: "compile: {optimizer: {name: rmsprop, momentum: 0.5}}")
    try run.write(run.checkpoint)
    try run.use()
    #expect(try Checkpoint(path: run.path) == run.checkpoint)
    try run.replace("by_slot", with: "by_what")
    #expect(throws: CheckpointError.malformed(path: run.path, reason: "slot_order is 'by_what'")) { try run.use() }
  }

  @Test("are used or refused, with any bytes of them changed at random")
  func bytes() throws {
    let run = try SealedRun()
    try run.write(run.checkpoint)
    try run.use()
    let good = try AtomicFile.read(run.path)
    for seed in UInt64(0)..<200 {
      // A linear congruential generator (Knuth's MMIX): a file can be reproduced from its number.
      var (state, bytes) = (seed, good)
      func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
      }
      for _ in 0...random(4) { bytes[UserBlock.count + random(bytes.count - UserBlock.count)] = UInt8(random(256)) }
      try run.seal(bytes)
      do { try run.use() } catch { #expect("\(error)".count < 2000, "seed \(seed): \(error)") }
    }
  }

  @Test("are also refused as models built in code")
  func models() throws {
    let run = try SealedRun()
    let training = run.configuration.training
    var model = TrainedModel(training, inputShape: [28, 28, 1], snapshot: run.checkpoint.snapshot)
    model.weights[2] = Self.shorter(model.weights[2])
    for format in ExportFormat.allCases {
      #expect(throws: ModelFileError.self) { try model.exported(format, path: "x") }
    }
    model = TrainedModel(training, inputShape: [28, 28, 1], snapshot: run.checkpoint.snapshot)
    model.optimizerState?.slots[0].removeLast()
    for format in ExportFormat.allCases {
      #expect(throws: ModelFileError.self) { try model.exported(format, path: "x") }
    }
  }
}
