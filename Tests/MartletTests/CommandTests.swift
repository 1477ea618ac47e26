import DurableFiles
import Foundation
import Martlet
import TestSupport
import Testing

@Suite("The command")
struct CommandTests {
  /// A run of 2 epochs of 6 steps, the last one of each with 100 samples.
  static let yaml = """
    name: small
    data: {dataset: digits, train_count: 1100, test_count: 200}
    model:
      - conv2d: {filters: 4, kernel_size: [5, 5], activation: relu}
      - max_pooling2d
      - flatten
      - dense: {units: 20, activation: relu}
      - dense: {units: 10, activation: softmax}
    fit: {epochs: 2, batch_size: 200}
    """

  @Test("trains, and prints what Keras prints")
  func train() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    let finished = try Shell.martlet(["train", config, "--workers", "2"], in: directory.path)
    #expect(finished.status == 0)
    #expect(finished.error.isEmpty)
    let lines = finished.output.split(separator: "\n")
    #expect(lines.first == "Model: \"sequential\"")
    #expect(
      lines.contains {
        $0.hasPrefix("Data: digits - 1,100 + 200 samples of 28x28x1 - workers: 2 - shards: 8 - instruction set: ")
      })
    let epoch =
      #/6/6 - \d+s - \d+(s|ms|us)/step - accuracy: 0\.\d{4} - loss: \d\.\d{4} - val_accuracy: 0\.\d{4} - val_loss: \d\.\d{4}/#
    #expect(lines.suffix(5).first == "Epoch 1/2")
    #expect(lines.suffix(4).first?.wholeMatch(of: epoch) != nil)
    #expect(lines.suffix(3).first == "Epoch 2/2")
    #expect(lines.suffix(2).first?.wholeMatch(of: epoch) != nil)
    #expect(lines.last?.wholeMatch(of: #/Test loss: \d\.\d{4} - Test accuracy: 0\.\d{4}/#) != nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/checkpoints/small").sorted()
    #expect(
      names
        == ["best.weights.h5", "latest.weights.h5", "step-00000006.weights.h5", "step-00000012.weights.h5"])
  }

  @Test("resumes from any step to the bits of an uninterrupted run", arguments: [1, 4, 6, 11])
  func resume(cut: Int) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    func train(_ output: String, _ arguments: [String]) throws -> String {
      let log = ["--output", output, "--step-log", "\(output).csv"]
      let finished = try Shell.martlet(["train", config] + log + arguments, in: directory.path)
      #expect(finished.status == 0)
      return finished.output
    }
    let whole = try train("whole", ["--workers", "1"])
    let stopped = try train("cut", ["--max-steps", "\(cut)", "--workers", "3"])
    #expect(stopped.contains("Stopped after step \(cut)"))
    let resumed = try train("cut", ["--resume"])
    #expect(resumed.contains("Resumed at step \(cut)"))
    // The same metrics, in the last line of the last epoch and of the test.
    func metrics(_ output: String) -> [Substring] {
      output.split(separator: "\n").suffix(2).map { $0.suffix(from: $0.range(of: "acc")?.lowerBound ?? $0.startIndex) }
    }
    #expect(metrics(resumed) == metrics(whole))
    #expect(try directory.text("cut.csv") == directory.text("whole.csv"))
    let (left, right) = try (history(directory, "whole"), history(directory, "cut"))
    #expect(left == right)
    #expect(left.contains("val_accuracy"))
  }

  /// The checkpoint's values as JSON, without the seconds.
  private func history(_ directory: TemporaryDirectory, _ run: String) throws -> String {
    let finished = try Shell.martlet(
      ["inspect", "\(directory.path)/\(run)/latest.weights.h5", "--format", "json"])
    return finished.output.replacing(#/"seconds": \[.*?\]/#, with: "")
  }

  @Test("evaluates, predicts and inspects what it trained")
  func asking() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    let trained = try Shell.martlet(["train", config, "--output", "run", "--verbose", "0"], in: directory.path)
    #expect(trained.status == 0)
    #expect(trained.output.isEmpty && trained.error.isEmpty)
    let checkpoint = "\(directory.path)/run/latest.weights.h5"

    let evaluated = try Shell.martlet(["evaluate", checkpoint, "--format", "json"])
    let values = try #require(
      JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Double])
    #expect(Set(values.keys) == ["loss", "accuracy", "samples"])
    #expect(values["samples"] == 200)
    let text = try Shell.martlet(["evaluate", checkpoint, "--workers", "1"]).output
    #expect(
      text == String(format: "Test loss: %.4f - Test accuracy: %.4f\n", values["loss"] ?? 0, values["accuracy"] ?? 0))

    let csv = try Shell.martlet(["predict", checkpoint]).output
    #expect(csv.split(separator: "\n").count == 201)
    #expect(csv.hasPrefix("sample,class,probability_0,"))
    #expect(try Shell.martlet(["predict", checkpoint, "--output", "\(directory.path)/p.csv"]).status == 0)
    #expect(try directory.text("p.csv") == csv)

    let averaged = try Shell.martlet(["evaluate", checkpoint, "--test-time-augmentation", "shifts"])
    #expect(averaged.status == 0 && averaged.output.hasPrefix("Test loss: ") && averaged.output != text)
    let views = try Shell.martlet(["predict", checkpoint, "--test-time-augmentation", "mirror"]).output
    #expect(views.split(separator: "\n").count == 201 && views != csv)
    #expect(try Shell.martlet(["evaluate", checkpoint, "--test-time-augmentation", "mirrors"]).status == 2)

    let inspected = try Shell.martlet(["inspect", checkpoint, "--format", "json"])
    let state = try #require(
      JSONSerialization.jsonObject(with: Data(inspected.output.utf8)) as? [String: Any])
    #expect(state["epoch"] as? Int == 2)
    #expect(state["step"] as? Int == 12)
    #expect(state["parameters"] as? Int == 104 + 11_540 + 210)
    #expect((state["history"] as? [String: [Double]])?["val_loss"]?.last == values["loss"])
    #expect(try Shell.martlet(["inspect", checkpoint]).output.contains("Epochs done: 2 of 2 - steps done: 12"))
  }

  @Test("does not start over in a directory that holds a run, and keeps that run")
  func occupied() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    let arguments = ["train", config, "--output", "run", "--max-steps", "2"]
    #expect(try Shell.martlet(arguments, in: directory.path).status == 0)
    let again = try Shell.martlet(arguments, in: directory.path)
    #expect(again.status == 2)
    #expect(
      again.error == "martlet: run: already holds a run (step-00000002.weights.h5). Continue it with --resume, "
        + "replace it with --overwrite, or choose another directory with --output.\n")
    #expect(try Shell.martlet(arguments + ["--overwrite"], in: directory.path).status == 0)
  }

  @Test("shows the result of a finished run that is started again, and changes none of its files")
  func finishedRun() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    let first = try Shell.martlet(["train", config, "--output", "run"], in: directory.path)
    #expect(first.status == 0)
    func files() throws -> [String: Data] {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/run")
      return try Dictionary(
        uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(filePath: "\(directory.path)/run/\($0)"))) })
    }
    let before = try files()
    let again = try Shell.martlet(["train", config, "--output", "run"], in: directory.path)
    #expect(again.status == 0)
    #expect(again.error.isEmpty)
    #expect(
      again.output.hasPrefix(
        "run: already holds this run, finished. Train it again with --overwrite, or longer with --resume --epochs N.\n"
      ))
    #expect(again.output.split(separator: "\n").last == first.output.split(separator: "\n").last)
    #expect(try files() == before)
    // Another run, or one that is to be longer or shorter, is not this one.
    for other in [["--seed", "2"], ["--epochs", "3"], ["--epochs", "1"], ["--batch-size", "100"]] {
      let refused = try Shell.martlet(["train", config, "--output", "run"] + other, in: directory.path)
      #expect(refused.status == 2)
      #expect(refused.error.hasPrefix("martlet: run: already holds a run (step-00000012.weights.h5)."))
      #expect(try files() == before)
    }
  }

  @Test(
    "refuses to resume what would be another run",
    arguments: [
      (["--batch-size", "100"], "fit.batch_size is 200 in the checkpoint, but 100 now."),
      (["--shards", "4"], "fit.shards is 8 in the checkpoint, but 4 now."),
      (["--seed", "2"], "fit.seed is 1 in the checkpoint, but 2 now."),
    ])
  func mismatch(arguments: [String], wording: String) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    #expect(
      try Shell.martlet(["train", config, "--output", "run", "--max-steps", "1"], in: directory.path).status == 0)
    let finished = try Shell.martlet(["train", config, "--output", "run", "--resume"] + arguments, in: directory.path)
    #expect(finished.status == 2)
    #expect(finished.error.hasPrefix("martlet: cannot resume: \(wording)"))
    let other = try directory.write(
      Self.yaml.replacing("train_count: 1100", with: "train_count: 1101"), to: "other.yml")
    let data = try Shell.martlet(["train", other, "--output", "run", "--resume"], in: directory.path)
    #expect(data.status == 2)
    #expect(data.error.hasPrefix("martlet: cannot resume: the data 'digits (train)' is SHA-256 "))
    let more = try Shell.martlet(
      ["train", config, "--output", "run", "--resume", "--epochs", "3", "--workers", "1"], in: directory.path)
    #expect(more.status == 0)
    #expect(more.output.contains("Epoch 3/3"))
  }

  @Test("does not change a run that is to be overwritten, if the new one cannot start")
  func overwritingNothing() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    #expect(try Shell.martlet(["train", config, "--max-steps", "1"], in: directory.path).status == 0)
    let failed = try Shell.martlet(
      ["train", config, "--overwrite", "--step-log", "/nowhere/steps.csv"], in: directory.path)
    #expect(failed.status == 1)
    #expect(try Shell.martlet(["inspect", "checkpoints/small/latest.weights.h5"], in: directory.path).status == 0)
  }

  @Test("warns when a run resumes with another instruction set", .enabled(if: InstructionSet.v3.isSupported))
  func otherInstructionSet() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    let environment = ["MARTLET_INSTRUCTION_SET": "baseline"]
    #expect(
      try Shell.martlet(["train", config, "--max-steps", "1"], environment: environment, in: directory.path).status == 0
    )
    let resumed = try Shell.martlet(
      ["train", config, "--max-steps", "2", "--resume"], environment: ["MARTLET_INSTRUCTION_SET": "v3"],
      in: directory.path)
    #expect(resumed.status == 0)
    #expect(
      resumed.error.hasPrefix(
        "martlet: warning: the checkpoint was computed with the instruction set baseline, this run continues with x86-64-v3:"
      ))
  }

  @Test("uses the instruction set named in the environment, and refuses an unknown one")
  func instructionSet() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    let arguments = ["train", config, "--max-steps", "1", "--overwrite"]
    let baseline = try Shell.martlet(
      arguments, environment: ["MARTLET_INSTRUCTION_SET": "baseline"], in: directory.path)
    #expect(baseline.output.contains("instruction set: baseline"))
    let unknown = try Shell.martlet(arguments, environment: ["MARTLET_INSTRUCTION_SET": "mmx"], in: directory.path)
    #expect(unknown.status == 2)
    #expect(unknown.error.hasPrefix("martlet: MARTLET_INSTRUCTION_SET is 'mmx', which is not an instruction set."))
  }

  @Test("shows data as text and as PNG")
  func showingData() throws {
    let directory = try TemporaryDirectory()
    let shown = try Shell.martlet(["data", "show", "digits", "--index", "2"])
    #expect(shown.output.split(separator: "\n", omittingEmptySubsequences: false).count == 14 + 2)
    #expect(shown.output.contains("▄"))
    #expect(shown.output.contains(#/label: \d\n$/#))
    let sheet = "\(directory.path)/sheet.png"
    #expect(try Shell.martlet(["data", "show", "digits", "--count", "100", "--output", sheet]).status == 0)
    let png = try Data(contentsOf: URL(filePath: sheet))
    #expect(png.starts(with: [0x89, 0x50, 0x4e, 0x47]))
    let list = try Shell.martlet(["data", "list"]).output
    #expect(list.split(separator: "\n").count == Catalog.datasets.all.count)
  }

  @Test("learns MNIST", .enabled(if: hasMNIST, "MARTLET_DATA names no directory with mnist"))
  func mnist() throws {
    let directory = try TemporaryDirectory()
    let finished = try Shell.martlet(
      ["train", "\(Shell.root)/configs/mnist-cnn.yml", "--epochs", "1", "--output", "\(directory.path)/run"])
    #expect(finished.status == 0)
    #expect(finished.output.contains("Data: mnist - 60,000 + 10,000 samples of 28x28x1"))
    let evaluated = try Shell.martlet(["evaluate", "\(directory.path)/run/best.weights.h5", "--format", "json"])
    let values = try #require(
      JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Double])
    #expect(try #require(values["accuracy"]) > 0.95)
  }

  static var hasMNIST: Bool {
    ProcessInfo.processInfo.environment["MARTLET_DATA"].map {
      FileManager.default.fileExists(atPath: "\($0)/mnist/train-images-idx3-ubyte.gz")
    } ?? false
  }

  @Test("trains the quickstart to the accuracy it promises")
  func quickstart() throws {
    let directory = try TemporaryDirectory()
    let finished = try Shell.martlet(
      ["train", "\(Shell.root)/configs/quickstart.yml", "--output", "\(directory.path)/run"])
    #expect(finished.status == 0)
    let accuracy = finished.output.split(separator: " ").last.flatMap { Double($0.dropLast()) }
    #expect(try #require(accuracy) >= 0.99)
  }
}
