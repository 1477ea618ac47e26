import Foundation
import Martlet
import TestSupport
import Testing

/// Fine-tuning: a run that starts from the weights of another.
@Suite("Runs with initial weights from a file")
struct InitialWeightsTests {
  private static let sources = ["first.weights.h5", "model.keras", "model.h5", "model.weights.h5"]

  /// A short run in four files, and another configuration of the same model.
  private func prepared() throws -> TemporaryDirectory {
    let directory = try KerasCommandTests.prepared(
      model: KerasCommandTests.lesson, compile: "compile: {optimizer: {name: adam, learning_rate: 0.01}}")
    _ = try KerasCommandTests.succeed(["train", "small.yml", "--output", "first"], in: directory)
    try FileManager.default.copyItem(
      atPath: "\(directory.path)/first/step-00000012.weights.h5", toPath: "\(directory.path)/first.weights.h5")
    for format in ["keras", "h5", "weights.h5"] {
      _ = try KerasCommandTests.succeed(["export", "first.weights.h5", "model.\(format)"], in: directory)
    }
    let other = try directory.text("small.yml").replacing("0.01", with: "0.0001").replacing("10}", with: "20, seed: 9}")
    _ = try directory.write(other, to: "new.yml")
    return directory
  }

  private func end(_ run: String, _ directory: TemporaryDirectory) throws -> Checkpoint {
    try CheckpointStore.read("\(directory.path)/\(run)/step-00000006.weights.h5")
  }

  @Test("equal those of the library with the same weights, for files of every kind")
  func sameWeights() throws {
    let directory = try prepared()
    let configuration = try RunConfiguration(contentsOf: "\(directory.path)/new.yml")
    let trainer = try Trainer(configuration.training, inputShape: [8, 8, 1], workerCount: 1)
    try trainer.setWeights(Checkpoint(path: "\(directory.path)/first.weights.h5").snapshot.parameters)
    let pixels = try Array(Data(contentsOf: URL(filePath: "\(directory.path)/images")).dropFirst(16))
    let labels = try Array(Data(contentsOf: URL(filePath: "\(directory.path)/labels")).dropFirst(8)).map(Int32.init)
    try trainer.fit(
      Dataset(name: "x", shape: [8, 8, 1], images: pixels, labels: labels))
    for source in Self.sources {
      let output = try KerasCommandTests.succeed(
        ["train", "new.yml", "--initial-weights", source, "--output", "run-\(source)"], in: directory)
      #expect(output.contains("\nInitial weights: \(source)\n"))
      let checkpoint = try end("run-\(source)", directory)
      #expect(checkpoint.snapshot.parameters == trainer.weights, "\(source)")
      #expect(checkpoint.run.initialWeights == source && checkpoint.run.origin == nil)
    }
  }

  @Test("resume to the same bits without the file")
  func resuming() throws {
    let directory = try prepared()
    let start = ["train", "new.yml", "--initial-weights", "model.keras", "--output"]
    _ = try KerasCommandTests.succeed(start + ["whole"], in: directory)
    _ = try KerasCommandTests.succeed(start + ["cut", "--max-steps", "2"], in: directory)
    _ = try KerasCommandTests.succeed(start + ["again", "--resume-or-start", "--max-steps", "2"], in: directory)
    try FileManager.default.removeItem(atPath: "\(directory.path)/model.keras")
    _ = try KerasCommandTests.succeed(["train", "new.yml", "--output", "cut", "--resume"], in: directory)
    _ = try KerasCommandTests.succeed(start + ["again", "--resume-or-start"], in: directory)
    let whole = try end("whole", directory).snapshot
    for run in ["cut", "again"] {
      let checkpoint = try end(run, directory)
      #expect(checkpoint.snapshot.parameters == whole.parameters && checkpoint.snapshot.slots == whole.slots)
      #expect(checkpoint.run.initialWeights == "model.keras")
    }
    let inspected = try KerasCommandTests.succeed(["inspect", "cut/step-00000006.weights.h5"], in: directory)
    #expect(inspected.contains("\nInitial weights: model.keras\n"))
  }

  @Test("are different runs for different weights: the result of a finished run is not shown for another file")
  func finishedWithOthers() throws {
    let directory = try prepared()
    let start = ["train", "new.yml", "--output", "run", "--initial-weights"]
    _ = try KerasCommandTests.succeed(start + ["model.keras"], in: directory)
    #expect(try KerasCommandTests.succeed(start + ["model.keras"], in: directory).contains("already holds this run"))
    for arguments in [start + ["model.h5"], Array(start.dropLast())] {
      let refused = try Shell.martlet(arguments, in: directory.path)
      #expect(refused.status == 2)
      #expect(refused.error.hasPrefix("martlet: run: already holds a run (step-00000006.weights.h5)."))
    }
  }

  @Test("warn of a file that does not state the scale of its pixels")
  func unknownScale() throws {
    let directory = try prepared()
    let finished = try Shell.martlet(
      [
        "train", "small.yml", "--initial-weights", "\(Shell.root)/Tests/ModelFilesTests/Golden/keras315-lesson.keras",
        "--output", "run", "--max-steps", "1",
      ], in: directory.path)
    #expect(finished.status == 0)
    #expect(
      finished.error.hasSuffix(
        "keras315-lesson.keras does not state the scale of its pixels; this run divides them by 255 (data.scale).\n"))
  }

  @Test("may overwrite the run that the weights come from")
  func overwriting() throws {
    let directory = try prepared()
    _ = try KerasCommandTests.succeed(
      ["train", "new.yml", "--initial-weights", "first/step-00000012.weights.h5", "--output", "first", "--overwrite"],
      in: directory)
    #expect(try end("first", directory).run.initialWeights == "first/step-00000012.weights.h5")
  }

  @Test("use the best checkpoint of a run's directory, or else its newest")
  func ofDirectory() throws {
    let directory = try prepared()
    let start = ["train", "new.yml", "--output", "run", "--initial-weights", "first"]
    let file = "first/step-00000006.weights.h5"
    let finished = try Shell.martlet(start, in: directory.path)
    #expect(finished.status == 0)
    #expect(finished.error == "martlet: note: first: using \(file), the best by val_accuracy.\n")
    #expect(finished.output.contains("\nInitial weights: \(file)\n"))
    let checkpoint = try end("run", directory)
    #expect(checkpoint.run.initialWeights == file)
    // The same command is the same run, and one that is resumed does not need the directory.
    #expect(try KerasCommandTests.succeed(start, in: directory).contains("already holds this run"))
    try FileManager.default.moveItem(atPath: "\(directory.path)/first", toPath: "\(directory.path)/gone")
    #expect(try Shell.martlet(start + ["--resume-or-start"], in: directory.path).status == 0)
    for path in ["first", "."] {
      let refused = try Shell.martlet(
        ["train", "new.yml", "--output", "other", "--initial-weights", path], in: directory.path)
      #expect(refused.status == (path == "." ? 2 : 1))
      #expect(
        refused.error.hasPrefix(
          path == "."
            ? "martlet: .: holds no checkpoint (step-*.weights.h5). It holds runs: gone, run."
            : "martlet: first: cannot be read: No such file"), "\(refused.error)")
      #expect(!directory.names.contains("other"))
    }
  }

  @Test("warn of a different pixel scale")
  func scales() throws {
    let directory = try prepared()
    _ = try directory.write(
      directory.text("new.yml").replacing("test_labels: labels}", with: "test_labels: labels, scale: 1}"), to: "one.yml"
    )
    let finished = try Shell.martlet(
      ["train", "one.yml", "--initial-weights", "first.weights.h5", "--output", "one", "--max-steps", "1"],
      in: directory.path)
    #expect(finished.status == 0)
    #expect(
      finished.error
        == "martlet: warning: first.weights.h5 was trained on pixels divided by 255, this run divides them by 1 "
        + "(data.scale).\n")
  }

  /// A change of the configuration, and the message for each file.
  static let mismatches: [(old: String, new: String, ofCheckpoint: String, ofKeras: String)] = [
    (
      "units: 4", "units: 5",
      "'dense_1/kernel' has the shape (6, 4), 'kernel' of layer 'dense_1' needs (6, 5).",
      "of layer 'dense_1' has the shape (6, 4), the model needs (6, 5)."
    ),
    (
      "filters: 3", "filters: 2",
      "'conv2d/kernel' has the shape (3, 2, 1, 3), 'kernel' of layer 'conv2d' needs (3, 2, 1, 2).",
      "of layer 'conv2d' has the shape (3, 2, 1, 3), the model needs (3, 2, 1, 2)."
    ),
    (
      ", dense: {units: 4, activation: softmax}", "",
      "it has 'dense_1/kernel', for which the model has no layer.",
      "unexpected weights for 'dense_1', which is not a layer"
    ),
    (
      "softmax}]", "softmax}, dense: {units: 4}]", "it has none for 'kernel' of layer 'dense_2'.",
      "no weights for layer 'dense_2' (dense)."
    ),
  ]

  @Test("are refused with the layer and both shapes if they do not fit", arguments: mismatches.indices)
  func refusals(index: Int) throws {
    let directory = try prepared()
    let (old, new, ofCheckpoint, ofKeras) = Self.mismatches[index]
    _ = try directory.write(directory.text("new.yml").replacing(old, with: new), to: "new.yml")
    for source in Self.sources {
      let finished = try Shell.martlet(
        ["train", "new.yml", "--initial-weights", source, "--output", "run"], in: directory.path)
      #expect(finished.status == 1)
      #expect(
        finished.error.hasPrefix("martlet: \(source): its weights do not fit the model: "), "\(finished.error)")
      #expect(finished.error.contains(source == "first.weights.h5" ? ofCheckpoint : ofKeras), "\(finished.error)")
      #expect(!directory.names.contains("run"))
    }
  }

  @Test("cannot be combined with --resume")
  func exclusions() throws {
    let directory = try prepared()
    let finished = try Shell.martlet(
      ["train", "new.yml", "--initial-weights", "model.keras", "--output", "first", "--resume"], in: directory.path)
    #expect(finished.status == 2)
    #expect(
      finished.error == "martlet: --resume continues with the weights of the run: leave out --initial-weights.\n")
    let missing = try Shell.martlet(["train", "new.yml", "--initial-weights", "x.keras"], in: directory.path)
    #expect(missing.status == 1)
    #expect(missing.error == "martlet: x.keras: cannot be read: No such file or directory.\n")
  }
}
