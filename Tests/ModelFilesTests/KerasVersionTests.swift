import Checkpoints
import Foundation
import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

@Suite("Versions of Keras")
struct KerasVersionTests {
  private func contents(_ file: String) throws -> KerasContents {
    try KerasContents(Array(Data(contentsOf: URL(filePath: KerasGolden.path(file)))), path: "m")
  }

  private func probabilities(_ model: TrainedModel, _ file: String) throws -> [Float] {
    let trainer = try Trainer(Checkpoint(importing: model, origin: file), workerCount: 1)
    return Array(try trainer.predict(KerasGolden.samples()).probabilities.prefix(12 * 4))
  }

  @Test("a model that was compiled with a name has the optimizer's defaults", arguments: KerasGolden.untrained)
  func untrained(file: String) throws {
    let golden = try KerasGolden(file)
    let imported = try KerasModelFile(path: golden.path).model(for: .training)
    let isCompiled = file.contains("-text")
    #expect(
      imported.notes == (isCompiled ? [] : ["the model is not compiled: categorical_crossentropy and Adam are assumed"])
    )
    #expect(imported.model.optimizer as? Adam == Adam())
    #expect(imported.model.loss is CategoricalCrossentropy)
    #expect(imported.model.metrics.count == 1)
    #expect(largestDifference(try probabilities(imported.model, file), try golden.probabilities) < 1e-6)
  }

  @Test("weights of Keras 1 and 2 are loaded into their model", arguments: KerasGolden.weightsByOrder)
  func weightsByOrder(file: String) throws {
    let golden = try KerasGolden(file)
    let whole = try KerasModelFile(path: golden.path.replacing(".weights.h5", with: ".h5")).model(for: .training).model
    let background = KerasModelFile.Background(
      training: TrainingConfiguration(model: whole.model, optimizer: whole.optimizer), inputShape: whole.inputShape)
    let imported = try KerasModelFile(path: golden.path).model(for: .training, background: background).model
    #expect(imported.weights == whole.weights)
    #expect(imported.optimizerState == nil)
    #expect(largestDifference(try probabilities(imported, file), try golden.probabilities) < 1e-6)
  }

  @Test("weights and the model's JSON are two files, and read as one", arguments: KerasGolden.weightsByOrder)
  func architecture(file: String) throws {
    let golden = try KerasGolden(file)
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let model = directory.appending(path: "model.json").path
    let whole = golden.path.replacing(".weights.h5", with: ".h5")
    let text = try #require(try contents(file.replacing(".weights.h5", with: ".h5")).model)
    try text.write(toFile: model, atomically: true, encoding: .utf8)
    let imported = try KerasModelFile(path: golden.path, architecture: model).model(for: .predicting).model
    #expect(imported.weights == (try KerasModelFile(path: whole).model(for: .predicting).model.weights))
    // The one without the other.
    #expect(throws: ModelFileError(file: model, .architectureAlone)) {
      try KerasModelFile(path: model).model(for: .predicting)
    }
    #expect(try KerasModelFile(path: model).summary().description.contains("│ first (Conv"))
    #expect(throws: ModelFileError(file: whole, .ownArchitecture(other: model))) {
      try KerasModelFile(path: whole, architecture: model)
    }
  }

  @Test("Theano's kernels are mirrored, TensorFlow's are not")
  func theano() throws {
    var file = try contents("theano224-lesson.h5")
    let theano = try KerasModelFile(path: "m", contents: file).model(for: .training).model
    file.origin.backend = "tensorflow"
    let tensorFlow = try KerasModelFile(path: "m", contents: file).model(for: .training).model
    for (turned, plain) in [(theano.weights, tensorFlow.weights)]
      + zip(
        theano.optimizerState?.slots ?? [], tensorFlow.optimizerState?.slots ?? [])
    {
      // (3, 2, 1, 3): six windows of three numbers.
      let windows = stride(from: 0, to: 18, by: 3).map { Array(plain[0].values[$0..<$0 + 3]) }
      #expect(turned[0].values == windows.reversed().flatMap { $0 })
      #expect(turned.dropFirst() == plain.dropFirst())
    }
  }

  @Test("a file of Keras 1 does not record its backend, which is noted")
  func keras1() throws {
    let imported = try KerasModelFile(path: KerasGolden.path("keras122-lesson.h5")).model(for: .training)
    #expect(
      imported.notes == [
        "Keras 1 does not record its backend: TensorFlow is assumed (Theano's kernels are mirrored)"
      ])
  }

  /// Options as written, and with their current names.
  static let formerNames: [(former: String, current: String)] = [
    (
      #"{"nb_filter": 3, "nb_row": 2, "nb_col": 1, "subsample": [1, 1], "border_mode": "same", "dim_ordering": "tf"}"#,
      #"{"filters": 3, "strides": [1, 1], "padding": "same", "data_format": "channels_last", "kernel_size": [2, 1]}"#
    ),
    (#"{"dim_ordering": "th"}"#, #"{"data_format": "channels_first"}"#),
    (
      #"{"output_dim": 3, "bias": true, "init": "he_normal", "W_regularizer": null, "b_constraint": null}"#,
      #"{"units": 3, "use_bias": true, "kernel_initializer": "he_normal", "kernel_regularizer": null, "bias_constraint": null}"#
    ),
    (#"{"p": 0.5}"#, #"{"rate": 0.5}"#),
    (#"{"lr": 0.5, "beta_1": 0.9}"#, #"{"learning_rate": 0.5, "beta_1": 0.9}"#),
    // Both: the newer one is used, and the other is unknown.
    (#"{"lr": 0.5, "learning_rate": 0.25}"#, #"{"lr": 0.5, "learning_rate": 0.25}"#),
    (#"{"units": 3}"#, #"{"units": 3}"#),
  ]

  @Test("options get their current names", arguments: formerNames.indices)
  func renaming(index: Int) throws {
    let (former, current) = Self.formerNames[index]
    #expect(try KerasFormerNames.renamed(JSONDocument.parse(former)).json == current)
  }

  /// Names of layers in a file, in the order in which a model has them.
  @Test("layers of a class are ordered by their numbers")
  func classNames() {
    let names = ["dense_10", "conv2d_1", "dense", "dense_2", "conv2d"]
    #expect(
      names.map(KerasClassName.init).sorted().map { "\($0.stem) \($0.number)" }
        == ["conv2d 0", "conv2d 1", "dense 0", "dense 2", "dense 10"])
    #expect(KerasClassName("max_pooling2d").stem == "max_pooling2d")
    #expect(KerasName.snakeCase("MaxPooling2D") == "max_pooling2d")
    #expect(KerasName.snakeCase("SparseCategoricalCrossentropy") == "sparse_categorical_crossentropy")
    #expect(KerasName.snakeCase("TopKCategoricalAccuracy") == "top_k_categorical_accuracy")
  }

  /// A replacement of the training configuration in `keras315-lesson.h5`, and what is read.
  static let trainings: [(text: String, loss: String?, optimizer: String?)] = [
    (#"{"loss": "categorical_crossentropy", "optimizer": "adam"}"#, "categorical_crossentropy", "Adam"),
    (#"{"loss": "sparse_categorical_crossentropy", "optimizer": "Adam"}"#, "sparse_categorical_crossentropy", "Adam"),
    (#"{"loss": ["categorical_crossentropy"], "optimizer": null}"#, "categorical_crossentropy", nil),
    (#"{"loss": {"dense_1": "categorical_crossentropy"}}"#, "categorical_crossentropy", nil),
    (#"{"loss": null, "optimizer": "adam"}"#, nil, "Adam"),
    (
      #"{"loss": "categorical_crossentropy", "optimizer_config": {"class_name": "Adam", "config": {"lr": 0.5, "decay": 0.0}}}"#,
      "categorical_crossentropy", "Adam"
    ),
  ]

  @Test("name an optimizer and a loss in many ways", arguments: trainings.indices)
  func training(index: Int) throws {
    let (text, loss, optimizer) = Self.trainings[index]
    var file = try contents("keras315-lesson.h5")
    (file.training, file.optimizer) = (text, [])
    let imported = try KerasModelFile(path: "m", contents: file).model(for: .training)
    #expect(type(of: imported.model.loss).name == loss ?? "categorical_crossentropy")
    #expect(
      imported.notes
        == (loss == nil ? ["the file names no loss: categorical_crossentropy is assumed"] : [])
        + (optimizer == nil ? ["the file names no optimizer: Adam is assumed"] : []))
    if text.contains("0.5") { #expect(imported.model.optimizer.learningRate == 0.5) }
  }

  @Test("that name nothing are not compiled", arguments: ["{}", #"{"optimizer": null, "loss": null}"#, "null"])
  func uncompiled(text: String) throws {
    var file = try contents("keras315-lesson.h5")
    (file.training, file.optimizer) = (text, [])
    let imported = try KerasModelFile(path: "m", contents: file).model(for: .training)
    #expect(imported.notes == ["the model is not compiled: categorical_crossentropy and Adam are assumed"])
  }

  /// The names of an optimizer's first variables; of the same slot, or of the same weight.
  static let slotNames: [(first: String, second: String, isGrouped: Bool)] = [
    ("Adam/dense/kernel/m:0", "Adam/dense_1/kernel/m:0", true), ("training/Adam/m_0:0", "training/Adam/m_1:0", true),
    ("training/Adam/m_0_1:0", "training/Adam/m_1_1:0", true), ("param_1", "param_2", true),
    ("training/Adam/variable_1", "training/Adam/variable_2", true),
    ("training/Adam/Variable:0", "training/Adam/Variable_1:0", true), ("2", "3", false),
    ("Adam/m/dense/kernel:0", "Adam/v/dense/kernel:0", false),
    ("adam/dense_kernel_momentum", "adam/dense_kernel_velocity", false),
    ("adam/m_kernel_momentum", "adam/m_kernel_velocity", false),
  ]

  @Test(
    "order the optimizer's variables by slots or by weights: names say so where shapes do not",
    arguments: slotNames.indices)
  func slotOrder(index: Int) throws {
    let (first, second, isGrouped) = Self.slotNames[index]
    let square = [[2, 2], [2, 2]]
    #expect(KerasWeights.isGrouped(names: [first, second], dimensions: square, parameters: square) == isGrouped)
    // With different shapes, names are ignored.
    let weights = [[3, 2], [2]]
    #expect(KerasWeights.isGrouped(names: [first, second], dimensions: weights, parameters: weights))
    #expect(!KerasWeights.isGrouped(names: [first, second], dimensions: [[3, 2], [3, 2]], parameters: weights))
  }
}
