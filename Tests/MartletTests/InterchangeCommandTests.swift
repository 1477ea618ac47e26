import Foundation
import Martlet
import TestSupport
import Testing

@Suite("Exporting and importing")
struct InterchangeCommandTests {
  private static let golden = "\(Shell.root)/Tests/ModelFilesTests/Golden"

  /// A directory with a short run, and a configuration for the small models that Keras saved.
  private func prepared() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    let trained = try Shell.martlet(["train", config, "--output", "run", "--max-steps", "3"], in: directory.path)
    #expect(trained.status == 0)
    return directory
  }

  private func succeed(_ arguments: [String], in directory: TemporaryDirectory) throws -> String {
    let finished = try Shell.martlet(arguments, in: directory.path)
    #expect(finished.status == 0, "\(arguments): \(finished.error)")
    return finished.output
  }

  @Test("a run exported to Keras formats and imported again ends with the same weights as the original")
  func roundTrip() throws {
    let directory = try prepared()
    let whole = ["train", "small.yml", "--output", "run", "--resume"]
    _ = try succeed(["export", "run/latest.weights.h5", "model.keras"], in: directory)
    _ = try succeed(whole, in: directory)
    // 3 of 12 steps are done; the imported run restarts its epoch count, in another sample order.
    let imported = try succeed(
      ["import", "model.keras", "--output", "imported", "--config", "small.yml"], in: directory)
    #expect(imported == "imported/step-00000003.weights.h5: 5 layers, 11,854 weights, 3 steps done\n")
    _ = try succeed(["train", "small.yml", "--output", "imported", "--resume"], in: directory)
    #expect(directory.contains("imported/step-00000015.weights.h5"))
    let inspected = try succeed(["inspect", "imported/latest.weights.h5"], in: directory)
    #expect(inspected.contains("Epochs done: 2 of 2 - steps done: 15"))
    // Interrupted and resumed, it is the same run.
    _ = try succeed(["import", "model.keras", "--output", "cut", "--config", "small.yml"], in: directory)
    _ = try succeed(["train", "small.yml", "--output", "cut", "--resume", "--max-steps", "8"], in: directory)
    _ = try succeed(["train", "small.yml", "--output", "cut", "--resume"], in: directory)
    let last = "step-00000015.weights.h5"
    let (left, right) = try (
      CheckpointStore.read("\(directory.path)/imported/\(last)"), CheckpointStore.read("\(directory.path)/cut/\(last)")
    )
    #expect(left.snapshot.parameters == right.snapshot.parameters)
    #expect(left.snapshot.slots == right.snapshot.slots)
    #expect(left.run.origin == nil)
  }

  @Test("a Keras model predicts and evaluates without import")
  func asking() throws {
    let directory = try prepared()
    _ = try succeed(["export", "run/latest.weights.h5", "model.h5"], in: directory)
    let asked = try succeed(["evaluate", "model.h5", "--config", "small.yml", "--format", "json"], in: directory)
    #expect(asked == (try succeed(["evaluate", "run/latest.weights.h5", "--format", "json"], in: directory)))
    let predicted = try succeed(["predict", "model.h5", "--config", "small.yml"], in: directory)
    #expect(predicted == (try succeed(["predict", "run/latest.weights.h5"], in: directory)))
    _ = try succeed(["export", "run/latest.weights.h5", "model.weights.h5"], in: directory)
    let weights = try succeed(["predict", "model.weights.h5", "--config", "small.yml"], in: directory)
    #expect(weights == predicted)
  }

  @Test("the configuration written by an import can be trained")
  func configOut() throws {
    let directory = try prepared()
    _ = try succeed(["export", "run/latest.weights.h5", "model.h5"], in: directory)
    _ = try succeed(["import", "model.h5", "--config-out", "other.yml", "--dataset", "digits"], in: directory)
    #expect(directory.contains("other.yml") && !directory.contains("checkpoints"))
    let run = try RunConfiguration(contentsOf: "\(directory.path)/other.yml")
    #expect(run.training.model.layers.count == 5)
    #expect(run.training.optimizer as? Adam == Adam())
    #expect(run.source as? DigitsSource == DigitsSource())
    _ = try succeed(["train", "other.yml", "--max-steps", "1", "--output", "anew"], in: directory)
  }

  @Test("existing files are kept without --overwrite")
  func overwriting() throws {
    let directory = try prepared()
    _ = try directory.write("mine", to: "out.npz")
    let refused = try Shell.martlet(["export", "run/latest.weights.h5", "out.npz"], in: directory.path)
    #expect(refused.status == 2)
    #expect(refused.error == "martlet: out.npz already exists. Replace it with --overwrite, or choose another name.\n")
    #expect(try directory.text("out.npz") == "mine")
    _ = try succeed(["export", "run/latest.weights.h5", "out.npz", "--overwrite"], in: directory)
    let model = "\(Self.golden)/keras315-lesson.keras"
    let occupied = try Shell.martlet(["import", model, "--output", "run"], in: directory.path)
    #expect(occupied.status == 2)
    #expect(occupied.fault.hasPrefix("martlet: run: already holds a run (step-00000003.weights.h5)."))
    _ = try succeed(["import", model, "--output", "run", "--overwrite"], in: directory)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/run").filter { $0.hasPrefix("step") }
        == ["step-00000004.weights.h5"])
  }

  @Test("a checkpoint is not replaced by an export, nor a model by its predictions")
  func replacing() throws {
    let directory = try prepared()
    let (link, file) = ("run/latest.weights.h5", "run/step-00000003.weights.h5")
    let before = FileManager.default.contents(atPath: "\(directory.path)/\(file)")
    for output in [link, file] {
      for (arguments, option) in [
        (["export", "run", output, "--overwrite"], ""), (["predict", "run", "--output", output], "--output "),
        (["export", "run", output, "--overwrite", "--format", "onnx"], ""),
      ] {
        let refused = try Shell.martlet(arguments, in: directory.path)
        #expect(refused.status == 2)
        #expect(
          refused.fault
            == "martlet: \(option)\(output): is a checkpoint of a run, and is not replaced. Choose another name.\n"
        )
      }
    }
    #expect(FileManager.default.contents(atPath: "\(directory.path)/\(file)") == before)
    _ = try succeed(["export", "run", "model.h5"], in: directory)
    let model = FileManager.default.contents(atPath: "\(directory.path)/model.h5")
    for (arguments, option) in [
      (["predict", "model.h5", "--config", "small.yml", "--output"], "--output"),
      (["import", "model.h5", "--overwrite", "--config-out"], "--config-out"),
    ] {
      let refused = try Shell.martlet(arguments + ["model.h5"], in: directory.path)
      #expect(refused.status == 2)
      #expect(
        refused.fault
          == "martlet: \(option) model.h5: is an input file, and is not replaced. Choose another name.\n")
    }
    #expect(FileManager.default.contents(atPath: "\(directory.path)/model.h5") == model)
  }

  /// Arguments, exit code, and the start of the message.
  static let mistakes: [([String], Int32, String)] = [
    (["export", "MODEL", "x.txt"], 2, "martlet: x.txt: the name must end in one of .keras, .h5, .weights.h5, .npz,"),
    (["export", "MODEL", "x.onnx", "--layout", "torch"], 2, "martlet: --layout torch is for .safetensors and .npz;"),
    (["export", "MODEL", "x", "--format", "pb"], 2, "Error: The value 'pb' is invalid for '--format <format>'"),
    (["export", "/nowhere.keras", "x.onnx"], 1, "martlet: /nowhere.keras: cannot be read: No such file or directory."),
    (["export", "MODEL", "/nowhere/x.onnx"], 1, "martlet: /nowhere/x.onnx: cannot be created: No such file or direct"),
    (["import", "MODEL"], 2, "martlet: nothing to write: name a checkpoint directory with --output, or a file"),
    (
      ["import", "GOLDEN/keras315-lesson.weights.h5", "--output", "x"], 1,
      "martlet: GOLDEN/keras315-lesson.weights.h5: has no model, only weights. Name the run's configuration with --config"
    ),
    (
      ["import", "MODEL", "--output", "x", "--dataset", "mnst"], 2,
      "martlet: unknown data set 'mnst'. Did you mean 'mnist'"
    ),
    (
      ["evaluate", "MODEL"], 2,
      "martlet: MODEL does not record which data set it was trained on. Name one with --dataset, or a configuration with"
    ),
    (
      ["evaluate", "MODEL", "--dataset", "digits"], 2,
      "martlet: the images of 'digits (test)' have shape (28, 28, 1), the model needs (8, 8, 1)."
    ),
  ]

  @Test("errors are reported in one message, and nothing is written", arguments: mistakes.indices)
  func wording(index: Int) throws {
    let directory = try TemporaryDirectory()
    let (arguments, status, wording) = Self.mistakes[index]
    func filled(_ text: String) -> String {
      text.replacing("MODEL", with: "\(Self.golden)/keras315-lesson.keras").replacing("GOLDEN", with: Self.golden)
    }
    let finished = try Shell.martlet(arguments.map(filled), in: directory.path)
    #expect(finished.status == status)
    #expect(finished.fault.hasPrefix(filled(wording)), "\(finished.error)")
    #expect(finished.output.isEmpty && directory.names.isEmpty)
  }
}

extension TemporaryDirectory {
  fileprivate func contains(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}
