import Datasets
import Kernels
import NeuralNetwork
import Testing

@testable import Training

/// Training on float inputs and numeric targets.
@Suite("Training on numbers")
struct ValueTrainingTests {
  /// 130 samples of x ↦ sin x₀ + x₁ x₂ / 2, from integers, so that they are the same everywhere.
  static let data: Dataset = {
    let inputs = (0..<130 * 3).map { (index: Int) -> Float in Float(index * 7919 % 401) / 200 - 1 }
    let targets = (0..<130).map { (sample: Int) -> Float in
      let (a, b, c) = (inputs[3 * sample], inputs[3 * sample + 1], inputs[3 * sample + 2])
      let sine: Float = a - a * a * a / 6
      return sine + b * c / 2
    }
    guard let data = try? Dataset(name: "curve", shape: [3], inputs: inputs, targets: targets) else {
      preconditionFailure("as many targets as samples")
    }
    return data
  }()

  static let model = Sequential([Dense(units: 16, activation: .tanh), Dense(units: 1)])

  static func trainer(workers: Int, epochs: Int = 3, loss: any Loss = MeanSquaredError()) throws -> Trainer {
    try Trainer(
      TrainingConfiguration(
        model: model, optimizer: Adam(learningRate: 0.01), loss: loss,
        metrics: [MeanAbsoluteError(), MeanSquaredError()],
        epochs: epochs, batchSize: 24, shards: 5, seed: 3), inputShape: [3], workerCount: workers)
  }

  @Test("is the same for any number of workers and any interruption", arguments: [1, 2, 5])
  func invariance(workers: Int) throws {
    let (train, validation) = try Self.data.split(validation: 0.2)
    let whole = try Self.trainer(workers: 2)
    try whole.fit(train, validation: validation)
    let losses = whole.state.history["val_loss"]
    #expect(losses.count == 3 && losses[2] < losses[0])
    // The metric and the loss are the same number, the first over the running epoch, both over the same samples.
    #expect(whole.state.history["val_mean_squared_error"] == losses)

    let cut = try Self.trainer(workers: workers)
    try cut.fit(train, validation: validation, maxSteps: 7)
    let resumed = try Self.trainer(workers: workers)
    try resumed.restore(cut.snapshot(), of: train)
    try resumed.fit(train, validation: validation)
    #expect(differences(whole, resumed) == [])
  }

  @Test("learns a function from floats")
  func learning() throws {
    let trainer = try Self.trainer(workers: 2, epochs: 60)
    let before = try trainer.evaluate(Self.data).loss
    try trainer.fit(Self.data)
    let evaluation = try trainer.evaluate(Self.data)
    #expect(evaluation.loss < 0.1 * before && evaluation["mean_squared_error"] == evaluation.loss)
    let prediction = try trainer.predict(Self.data)
    #expect(!prediction.areClasses && prediction.kind == .outputs && prediction.classes == 1)
    let targets = Self.data.targetValues ?? []
    let errors = zip(prediction.values, targets).map { Double($0 - $1) * Double($0 - $1) }
    #expect(abs(errors.reduce(0, +) / 130 - evaluation.loss) < 1e-6)
  }

  @Test("binary cross-entropy accepts labels and numbers alike")
  func binary() throws {
    let inputs = Self.data.floats ?? []
    let labels = (0..<130).map { inputs[3 * $0] > 0 ? 1 : 0 }
    let labeled = try Dataset(name: "signs", shape: [3], inputs: inputs, labels: labels)
    let numbers = try Dataset(name: "signs", shape: [3], inputs: inputs, targets: labels.map { Float($0) })
    func trained(_ data: Dataset) throws -> Trainer {
      let model = Sequential([Dense(units: 8, activation: .tanh), Dense(units: 1, activation: .sigmoid)])
      let trainer = try Trainer(
        TrainingConfiguration(
          model: model, optimizer: Adam(learningRate: 0.05), loss: BinaryCrossentropy(), epochs: 10, batchSize: 26,
          shards: 2), inputShape: [3], workerCount: 2)
      try trainer.fit(data)
      return trainer
    }
    let trainer = try trained(labeled)
    #expect(differences(trainer, try trained(numbers)) == [])
    #expect(try trainer.evaluate(labeled).accuracy > 0.95)
    #expect(try trainer.predict(labeled).kind == .probabilities)
  }

  @Test("classes are the same from labels, integers and one-hot rows; pixels the same from bytes and floats")
  func forms() throws {
    let digits = SmallRun.data.train
    let (bytes, labels) = (digits.bytes ?? [], digits.labels ?? [])
    let rows = labels.flatMap { label in (0..<10).map { Int32($0) == label ? 1 : 0 as Float } }
    let shape = digits.shape
    let forms = [
      try Dataset(name: "x", shape: shape, inputs: bytes, labels: labels),
      try Dataset(name: "x", shape: shape, inputs: bytes.map { Float($0) }, labels: labels),
      try Dataset(name: "x", shape: shape, inputs: bytes, targets: labels.map { Float($0) }),
      try Dataset(name: "x", shape: shape, inputs: bytes, targets: rows, targetShape: [10]),
    ]
    func trained(_ data: Dataset) throws -> Trainer {
      let trainer = try Trainer(
        TrainingConfiguration(
          model: SmallNetwork.lesson.model, epochs: 1, batchSize: 50, shards: 3, seed: 5, scale: 255),
        inputShape: shape, workerCount: 2)
      try trainer.fit(data, validation: data)
      return trainer
    }
    // A loss over numbers compares the outputs with one-hot targets.
    func evaluated(_ data: Dataset) throws -> Evaluation {
      try Trainer(
        TrainingConfiguration(model: SmallNetwork.lesson.model, loss: MeanSquaredError(), metrics: [Accuracy()]),
        inputShape: shape, workerCount: 1
      ).evaluate(data)
    }
    #expect(try evaluated(forms[0]) == evaluated(forms[3]))
    let first = try trained(forms[0])
    for other in forms.dropFirst() { #expect(differences(first, try trained(other)) == []) }
  }

  @Test(
    "warns of outputs that are not probabilities, and of no others",
    arguments: [
      (BinaryCrossentropy(), .linear, true), (BinaryCrossentropy(), .sigmoid, false),
      (BinaryCrossentropy(fromLogits: true), .linear, false), (MeanSquaredError(), .linear, false),
    ] as [(any Loss, ActivationFunction, Bool)])
  func warnings(loss: any Loss, activation: ActivationFunction, expected: Bool) throws {
    let model = Sequential([Dense(units: 1, activation: activation)])
    let trainer = try Trainer(
      TrainingConfiguration(model: model, loss: loss, epochs: 1, batchSize: 130, shards: 1), inputShape: [3],
      workerCount: 1)
    var warnings: [String] = []
    trainer.warning = { warnings.append($0) }
    try trainer.fit(Self.data)
    #expect(
      warnings
        == (expected
          ? [
            "the last layer is not a sigmoid, but binary_crossentropy expects probabilities. End the model with a "
              + "sigmoid, or declare its outputs as logits (compile.loss: {name: binary_crossentropy, from_logits: true})."
          ] : []))
  }

  @Test("a saved model has the scale of the data that it was trained on")
  func savedScale() throws {
    let trainer = try Self.trainer(workers: 1, epochs: 1)
    try trainer.fit(Self.data)
    #expect(trainer.configuration.scale == 1)
  }

  @Test("a final softmax belongs to the model if the loss is over numbers")
  func softmax() throws {
    let model = Sequential([Dense(units: 4, activation: .softmax)])
    let data = try Dataset(
      name: "x", shape: [2], inputs: [1, 2, 3, 4] as [Float], targets: [1, 0, 0, 0, 0, 0.5, 0.5, 0], targetShape: [4])
    let trainer = try Trainer(
      TrainingConfiguration(model: model, loss: MeanSquaredError(), epochs: 1, batchSize: 2, shards: 1),
      inputShape: [2], workerCount: 1)
    #expect(!trainer.program.isLogits)
    let prediction = try trainer.predict(data)
    #expect(abs(prediction.row(0).reduce(0, +) - 1) < 1e-6 && prediction.kind == .outputs)
    let errors = zip(prediction.values, data.targetValues ?? []).map { Double($0 - $1) * Double($0 - $1) }
    #expect(abs(try trainer.evaluate(data).loss - errors.reduce(0, +) / 8) < 1e-7)
  }

  static let mismatches: [(loss: any Loss, data: @Sendable () throws -> Dataset, message: String)] = [
    (
      MeanSquaredError(),
      { try Dataset(name: "x", shape: [3], inputs: [1, 2, 3] as [Float], targets: [1, 2], targetShape: [2]) },
      "the targets of 'x' are floats (2,), the model's output has the shape (1,): mean_squared_error compares them "
        + "element by element. Give the last layer 2 units."
    ),
    (
      CategoricalCrossentropy(), { try Dataset(name: "x", shape: [3], inputs: [1, 2, 3] as [Float], targets: [0.5]) },
      "the target of sample 0 of 'x' is 0.5, but categorical_crossentropy needs one class per sample: a label or a "
        + "one-hot vector. To predict numbers, use a loss such as mean_squared_error."
    ),
    (
      CategoricalCrossentropy(), { try Dataset(name: "x", shape: [3], inputs: [1, 2, 3] as [Float], targets: [4]) },
      "sample 0 of 'x' has the label 4, but the model has 1 outputs (labels 0 to 0). Change the units of the last layer, or "
        + "the labels."
    ),
    (
      MeanSquaredError(), { try Dataset(name: "x", shape: [3], inputs: .floats([1, 2, 3]), targets: nil) },
      "'x' has inputs only; training and evaluation need labels or other targets."
    ),
    (
      MeanSquaredError(), { try Dataset(name: "x", shape: [4], inputs: [1, 2, 3, 4] as [Float], labels: [0]) },
      "the inputs of 'x' have shape (4,), the model needs (3,)."
    ),
  ]

  @Test("refuses targets that the loss cannot compare with the outputs", arguments: mismatches.indices)
  func mismatch(index: Int) throws {
    let (loss, data, message) = Self.mismatches[index]
    let trainer = try Self.trainer(workers: 1, loss: loss)
    #expect {
      try trainer.evaluate(data())
    } throws: {
      "\($0)" == message
    }
  }

  @Test("the scale follows from the data and the model, unless it is given")
  func scale() throws {
    let image = try Dataset(name: "x", shape: [2, 2, 1], inputs: [0, 51, 102, 255] as [UInt8], labels: [0])
    let plain = TrainingConfiguration(model: Sequential([Flatten(), Dense(units: 1)]))
    #expect(plain.scale(for: image.input) == 255)
    #expect(plain.scale(for: Field(shape: [4], element: .uint8)) == 1)
    #expect(plain.scale(for: Field(shape: [2, 2, 1], element: .float32)) == 1)
    let rescaling = TrainingConfiguration(model: Sequential([Rescaling(scale: 1 / 255), Flatten(), Dense(units: 1)]))
    #expect(rescaling.scale(for: image.input) == 1)
    var given = rescaling
    given.scale = 2
    #expect(given.scale(for: image.input) == 2)
    let trainer = try Trainer(
      TrainingConfiguration(model: plain.model, epochs: 1, batchSize: 1, shards: 1), inputShape: [2, 2, 1],
      workerCount: 1)
    #expect(trainer.configuration.scale == nil)
    try trainer.fit(image)
    #expect(trainer.configuration.scale == 255)
  }

  @Test(
    "the metric decides what counts as an improvement",
    arguments: [
      ("loss", false), ("val_loss", false), ("accuracy", true), ("val_accuracy", true),
      ("val_mean_absolute_error", false),
      ("mean_squared_error", false), ("binary_accuracy", true),
    ])
  func directions(metric: String, larger: Bool) {
    let monitor = MetricMonitor(metric, minDelta: 0.1)
    #expect(monitor.largerIsBetter == larger)
    #expect(monitor.isBetter(1, than: 0.5) == larger && monitor.isBetter(0.5, than: 1) != larger)
    #expect(!monitor.isBetter(1, than: 0.95) && !monitor.isBetter(0.95, than: 1) && !monitor.isBetter(.nan, than: 1))
  }
}
