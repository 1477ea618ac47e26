import Foundation
import Martlet
import TestSupport
import Testing

/// Keras models in the commands, with every kind of input and training configuration.
@Suite("Keras models in the commands")
struct KerasCommandTests {
  static let golden = "\(Shell.root)/Tests/ModelFilesTests/Golden"

  /// 60 images of 8x8 pixels as IDX files, and a configuration for a model over them.
  static func prepared(model: String, compile: String = "", further: String = "") throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let pixels = (0..<UInt32(60 * 64)).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 24) }
    let labels = (0..<60).map { UInt8($0 * 7 % 11 % 4) }
    _ = try directory.write([0, 0, 8, 3, 0, 0, 0, 60, 0, 0, 0, 8, 0, 0, 0, 8] + pixels, to: "images")
    _ = try directory.write([0, 0, 8, 1, 0, 0, 0, 60] + labels, to: "labels")
    _ = try directory.write(
      """
      name: small
      data: {dataset: idx, train_images: images, train_labels: labels, test_images: images, test_labels: labels}
      model: \(model)
      fit: {epochs: 2, batch_size: 10}
      \(compile)
      \(further)
      """, to: "small.yml")
    return directory
  }

  static let lesson =
    "[conv2d: {filters: 3, kernel_size: [3, 2], activation: relu}, max_pooling2d, flatten, "
    + "dense: {units: 6, activation: tanh}, dense: {units: 4, activation: softmax}]"

  static func succeed(_ arguments: [String], in directory: TemporaryDirectory) throws -> String {
    let finished = try Shell.martlet(arguments, in: directory.path)
    #expect(finished.status == 0, "\(arguments): \(finished.error)")
    return finished.output
  }

  // MARK: - Inputs of one, two and three dimensions

  static let inputs = [
    ("flat.keras", "[dense: {units: 6, activation: relu}, dense: {units: 4, activation: softmax}]", [64]),
    ("plane.h5", "[flatten, dense: {units: 6, activation: tanh}, dense: {units: 4, activation: softmax}]", [8, 8]),
    (
      "functional.keras",
      "[conv2d: {filters: 3, kernel_size: 3, padding: same, activation: relu}, average_pooling2d, flatten, "
        + "dense: {units: 4, activation: softmax}]", [8, 8, 1]
    ),
  ]

  @Test(
    "inputs of one to three dimensions are saved, reopened by every command, and resumed", arguments: inputs.indices)
  func inputShapes(index: Int) throws {
    let (file, model, shape) = Self.inputs[index]
    let directory = try Self.prepared(model: model, compile: "compile: {optimizer: {name: adam, learning_rate: 0.01}}")
    let source = "\(Self.golden)/purposes/\(file)"
    // The chain of `functional` has a dropout, which is left out in inference.
    if shape.count == 3 {
      let dropout = try Shell.martlet(["import", source, "--output", "run"], in: directory.path)
      #expect(dropout.status == 1 && dropout.error.contains("layer 'alpha_dropout' is a AlphaDropout"))
      _ = try Self.succeed(["export", source, "plain.keras"], in: directory)
    }
    let plain = shape.count == 3 ? "plain.keras" : source
    for run in ["whole", "cut"] {
      let imported = try Self.succeed(["import", plain, "--output", run, "--config", "small.yml"], in: directory)
      #expect(imported.hasPrefix("\(run)/step-00000005.weights.h5: ") && imported.hasSuffix(" 5 steps done\n"))
    }
    let checkpoint = "whole/step-00000005.weights.h5"
    #expect(try CheckpointStore.read("\(directory.path)/\(checkpoint)").run.inputShape == Shape(shape))
    _ = try Self.succeed(["inspect", checkpoint, "--verify"], in: directory)
    _ = try Self.succeed(["inspect", checkpoint], in: directory)
    #expect(
      try Self.succeed(["predict", checkpoint], in: directory)
        == Self.succeed(["predict", source, "--config", "small.yml"], in: directory))
    _ = try Self.succeed(["evaluate", checkpoint], in: directory)
    for format in ExportFormat.allCases {
      _ = try Self.succeed(["export", checkpoint, "again.\(format.rawValue)"], in: directory)
    }
    _ = try Self.succeed(["export", checkpoint, "torch.npz", "--layout", "torch"], in: directory)
    let resume = ["train", "small.yml", "--resume", "--output"]
    _ = try Self.succeed(resume + ["whole"], in: directory)
    _ = try Self.succeed(resume + ["cut", "--max-steps", "8"], in: directory)
    _ = try Self.succeed(resume + ["cut"], in: directory)
    let ends = try ["whole", "cut"].map {
      try CheckpointStore.read("\(directory.path)/\($0)/step-00000017.weights.h5").snapshot
    }
    #expect(ends[0].parameters == ends[1].parameters && ends[0].slots == ends[1].slots)
  }

  @Test("images that do not fit such a model are refused with both shapes")
  func otherImages() throws {
    let directory = try TemporaryDirectory()
    for (file, shape) in [("flat", "(64,)"), ("plane", "(8, 8)")] {
      let finished = try Shell.martlet(
        ["predict", "\(Self.golden)/purposes/\(file).keras", "--dataset", "digits"], in: directory.path)
      #expect(finished.status == 2)
      #expect(
        finished.fault
          == "martlet: the images of 'digits (test)' have shape (28, 28, 1), the model needs \(shape).\n")
    }
  }

  // MARK: - Parts used only in training

  @Test("a model with an unsupported layer of training predicts and is exported, with omissions on standard error")
  func unknownTraining() throws {
    let directory = try Self.prepared(model: Self.lesson)
    let source = "\(Self.golden)/purposes/functional.keras"
    for arguments in [
      ["predict", source, "--config", "small.yml"], ["evaluate", source, "--config", "small.yml"],
      ["export", source, "x.onnx"], ["export", source, "x.h5"],
    ] {
      let finished = try Shell.martlet(arguments, in: directory.path)
      #expect(finished.status == 0, "\(finished.error)")
      let lines = finished.error.split(separator: "\n")
      // The last one is of what an .h5 file cannot say.
      let own = lines.filter { !$0.hasPrefix("martlet: note: x.h5: ") }
      #expect((1...4).contains(own.count) && own.allSatisfy { $0.hasPrefix("martlet: note: \(source): ") })
      #expect(lines.count - own.count == (arguments.last == "x.h5" ? 1 : 0))
    }
    let evaluated = try Self.succeed(["evaluate", source, "--config", "small.yml"], in: directory)
    #expect(evaluated.hasPrefix("Test loss: ") && evaluated.contains("Test accuracy: "))
  }

  // MARK: - With a configuration

  @Test("import keeps the whole configuration, which then resumes")
  func configuration() throws {
    let directory = try Self.prepared(
      model: Self.lesson,
      compile: "compile: {optimizer: {name: adam, learning_rate: 0.0003, beta_1: 0.8}, "
        + "loss: sparse_categorical_crossentropy, metrics: []}",
      further: """
        callbacks: [csv_log: {filename: table.csv}]
        checkpoints: {directory: mine, keep_last: 2, every_steps: 4, keep_best: val_loss}
        """)
    _ = try Self.succeed(["import", "\(Self.golden)/keras315-lesson.keras", "--config", "small.yml"], in: directory)
    let saved = try Checkpoint(path: "\(directory.path)/mine/step-00000004.weights.h5")
    #expect(try saved.configuration.yaml == RunConfiguration(contentsOf: "\(directory.path)/small.yml").yaml)
    #expect(saved.snapshot.state.learningRate == 0.0003)
    #expect(saved.snapshot.slots[0].contains { $0.values.contains { $0 != 0 } })
    _ = try Self.succeed(["train", "small.yml", "--resume"], in: directory)
    #expect(directory.names.contains("table.csv"))
    let history = try Checkpoint(path: "\(directory.path)/mine/step-00000016.weights.h5").snapshot.state
      .history
    #expect(history.count == 2 && history["accuracy"].isEmpty)
  }

  @Test("import refuses a configuration of another model, unless it writes one that fits")
  func otherModel() throws {
    let directory = try Self.prepared(model: Self.lesson.replacing("tanh", with: "relu"))
    let model = "\(Self.golden)/keras315-lesson.keras"
    let refused = try Shell.martlet(["import", model, "--config", "small.yml"], in: directory.path)
    #expect(refused.status == 2)
    #expect(refused.error.hasPrefix("martlet: small.yml: model[3] is {\"dense\":"), "\(refused.error)")
    #expect(refused.error.hasSuffix("Change it, or write one that can with --config-out.\n"), "\(refused.error)")
    #expect(!directory.names.contains("checkpoints"))
    _ = try Self.succeed(
      ["import", model, "--config", "small.yml", "--config-out", "fits.yml", "--output", "run"], in: directory)
    _ = try Self.succeed(["train", "fits.yml", "--resume", "--output", "run"], in: directory)
  }

  @Test("the state of another optimizer is refused, and its weights are not")
  func otherOptimizer() throws {
    let directory = try Self.prepared(
      model: "[random_flip: horizontal, random_rotation: 0.1, random_crop: {height: 8, width: 8, seed: 423938500}, "
        + "gaussian_noise: 0.1, conv2d: {filters: 3, kernel_size: 3, activation: relu, kernel_regularizer: l2, "
        + "bias_constraint: non_neg}, spatial_dropout2d: 0.2, max_pooling2d, flatten, dropout: 0.5, "
        + "dense: {units: 6, activation: tanh, kernel_regularizer: {name: l1, l1: 0.009999999776482582}}, "
        + "activity_regularization: {l2: 0.001}, dropout: 0.3, "
        + "dense: {units: 4, activation: softmax}]"
    )
    let model = "\(Self.golden)/purposes/augmented.keras"
    let refused = try Shell.martlet(["import", model, "--config", "small.yml"], in: directory.path)
    #expect(
      refused.status == 1 && refused.error.contains("the optimizer state is of SGD, the configuration has Adam"),
      "\(refused.error)")
    _ = try Self.succeed(["import", model, "--config", "small.yml", "--fresh-optimizer"], in: directory)
    _ = try Self.succeed(["train", "small.yml", "--resume"], in: directory)
  }
}
