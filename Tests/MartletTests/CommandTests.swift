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

  /// Arguments, exit code, and the start of the message.
  static let mistakes: [([String], Int32, String)] = [
    ([], 0, ""),
    (["trian"], 2, "Error: "),
    (["train"], 2, "Error: Missing expected argument '<config>'"),
    (["train", "/nowhere.yml"], 2, "martlet: /nowhere.yml: cannot be read: No such file or directory."),
    (["train", "CONFIG", "--workers", "0"], 2, "martlet: --workers must be at least 1 and at most 1024. Received: 0"),
    (["train", "CONFIG", "--workers", "many"], 2, "Error: The value 'many' is invalid for '--workers <workers>'"),
    (
      ["train", "CONFIG", "--epochs", "-1"], 2,
      "martlet: --epochs must be at least 1 and at most 16777215. Received: -1"
    ),
    (
      ["train", "CONFIG", "--batch-size", "99999"], 2,
      "martlet: a batch of 99999 samples is larger than 'digits (train)', which has 1100."
    ),
    (["train", "CONFIG", "--shards", "201"], 2, "martlet: 200 samples cannot be split into 201 shards."),
    (["train", "CONFIG", "--verbose", "3"], 2, "martlet: --verbose must be 0, 1 or 2. Received: 3"),
    (
      ["train", "CONFIG", "--data", "/tmp"], 2,
      "martlet: --data /tmp: the data set 'digits' has no files. Leave out --data."
    ),
    (
      ["train", "CONFIG", "--resume", "--overwrite"], 2,
      "martlet: --resume continues a run, --overwrite replaces it: use one of them."
    ),
    (["train", "CONFIG", "--resume"], 2, "martlet: checkpoints/small: holds no checkpoint to resume from."),
    (
      ["train", "CONFIG", "--resume", "/nowhere.weights.h5"], 1,
      "martlet: /nowhere.weights.h5: cannot be read: No such file or directory."
    ),
    (
      ["train", "CONFIG", "--output", "/proc/martlet"], 1, "martlet: /proc/martlet: cannot be created as a directory: "
    ),
    (
      ["train", "CONFIG", "--step-log", "/nowhere/steps.csv"], 1,
      "martlet: /nowhere/steps.csv: cannot be created: No such file or directory."
    ),
    (
      ["evaluate", "/nowhere.weights.h5"], 1, "martlet: /nowhere.weights.h5: cannot be read: No such file or directory."
    ),
    (["evaluate", "CONFIG"], 1, "martlet: CONFIG: is not a model: neither a Martlet checkpoint, nor a zip archive"),
    (
      ["predict", "CONFIG", "--output", "p.txt"], 2,
      "martlet: --output p.txt: the name must end in .csv, .h5 or .npz, which selects the format."
    ),
    (["inspect", "CONFIG", "--format", "xml"], 2, "Error: The value 'xml' is invalid for '--format <format>'"),
    (["data", "show", "digit"], 2, "martlet: unknown data set 'digit'. Did you mean 'digits'?"),
    (
      ["data", "show", "digits", "--index", "12000"], 2,
      "martlet: --index must be at most 11999, the last sample of 'digits (train)'. Received: 12000\n"
    ),
    (
      ["data", "show", "digits", "--count", "-1", "--output", "x.png"], 2,
      "martlet: --count must be at least 1. Received: -1\n"
    ),
    (["data", "show", "digits", "--count", "0"], 2, "martlet: --count must be at least 1. Received: 0\n"),
    (["data", "show", "digits", "--index", "-3"], 2, "martlet: --index must be at least 0. Received: -3\n"),
    (
      ["data", "show", "digits", "--index", "11990", "--count", "\(Int.max)", "--output", "x.png"], 2,
      "martlet: --count must be at most 10: 'digits (train)' has samples 0 to 11999, and --index is 11990. "
        + "Received: \(Int.max)\n"
    ),
    (
      ["data", "show", "digits", "--count", "1\(Int.max)", "--output", "x.png"], 2,
      "Error: The value '1\(Int.max)' is invalid for '--count <count>'"
    ),
    (
      ["data", "show", "digits", "--output", "CONFIG"], 2,
      "martlet: --output CONFIG: is a text file that starts with 'name: small', and is not replaced. "
        + "Choose another name.\n"
    ),
    (
      ["evaluate", "CONFIG", "--workers", "-1"], 2,
      "martlet: --workers must be at least 1 and at most 1024. Received: -1"
    ),
    (["data", "fetch", "digits"], 2, "martlet: 'digits' is built in: there is nothing to download."),
  ]

  @Test("reports errors in one message, with the exit code", arguments: mistakes.indices)
  func wording(index: Int) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    let (arguments, status, wording) = Self.mistakes[index]
    let finished = try Shell.martlet(arguments.map { $0 == "CONFIG" ? config : $0 }, in: directory.path)
    #expect(finished.status == status)
    #expect(finished.error.hasPrefix(wording.replacing("CONFIG", with: config)))
    if status != 0 { #expect(finished.output.isEmpty) }
  }

  /// Impossible models and values, with the start of the message.
  static let impossible: [(yaml: String, wording: String)] = [
    ("model: [flatten]", "model: it has no weights to train. Add a dense or a conv2d layer."),
    ("model: [flatten, flatten, {activation: {activation: softmax}}]", "model: it has no weights to train."),
    (
      "model: [flatten, dense: {units: 1000000}, dense: {units: 1000}, dense: {units: 10}]",
      "the model needs "
    ),
    (
      "model: [flatten, dense: {units: 1000000}, dense: {units: 1000000}, dense: {units: 10}]",
      "model[2] (dense_1): its kernel would have the shape (1000000, 1000000); at most 1073741824 values are possible."
    ),
    (
      // The size in bytes overflows an integer.
      "model: [flatten, \(Array(repeating: "dense: {units: 30000}", count: 997).joined(separator: ", ")), dense: {units: 10}]\n"
        + "fit: {batch_size: 12000}",
      "the model needs "
    ),
    (
      "model: [conv2d: {filters: 1, kernel_size: 20000, padding: same}, flatten, dense: {units: 10}]",
      "model[0] (conv2d): got (28, 28, 1), needs a window of at most 55x55 pixels, not 20000x20000"
    ),
    (
      "model: [\(Array(repeating: "flatten", count: 1001).joined(separator: ","))]",
      "model: it has 1001 layers, more than the 1000 that a checkpoint can store."
    ),
    (
      "model: [flatten, dense: {units: 10}]\ncompile: {optimizer: {name: adam, learning_rate: 1e300}}",
      "CONFIG:4: compile.optimizer.learning_rate: expected a number greater than 0 as a 32-bit number. Received: 1e+300"
    ),
    (
      "model: [flatten, dense: {units: 10}]\ncompile: {optimizer: {name: adam, beta_1: 0.9999999999999}}",
      "CONFIG:4: compile.optimizer.beta_1: expected a number of 0 or more and less than 1 as a 32-bit number."
    ),
    (
      "model: [flatten, dense: {units: 10}]\ncompile: {metrics: [accuracy, accuracy]}",
      "CONFIG:4: compile.metrics: duplicate metric: accuracy, accuracy."
    ),
    (
      "model: [flatten, dense: {units: 10}]\ncheckpoints: {directory: \"a\\0b\"}",
      "CONFIG:4: checkpoints.directory: expected a string without a NUL character."
    ),
    (
      "a0: &a0 [x,x]\n"
        + (0..<40).map { "a\($0 + 1): &a\($0 + 1) [*a\($0),*a\($0)]\n" }.joined() + "? *a40\n: 1",
      "CONFIG: more than 20 aliases ('*name')."
    ),
  ]

  @Test("refuses what no machine can train, before anything is written", arguments: impossible.indices)
  func impossibleRuns(index: Int) throws {
    let directory = try TemporaryDirectory()
    let (yaml, wording) = Self.impossible[index]
    let config = try directory.write("name: t\ndata: {dataset: digits}\n\(yaml)\n", to: "t.yml")
    let finished = try Shell.martlet(["train", config, "--max-steps", "1"], in: directory.path)
    #expect(finished.status == 2)
    #expect(finished.error.hasPrefix("martlet: \(wording.replacing("CONFIG", with: config))"), "\(finished.error)")
    #expect(directory.names == ["t.yml"])
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

  /// A change of a step log, its header and the lines of 8 steps; the steps whose lines are kept; whether no lines are
  /// missing.
  static let logDamage: [(what: String, change: @Sendable ([String]) -> String, kept: [Int], isWhole: Bool)] = [
    ("a torn line after them", { text($0) + "9,2,0.4" }, Array(1...8), true),
    ("lines after them", { text($0 + ["9,2,1.5", "10,2,1.5"]) }, Array(1...8), true),
    ("a log that began later", { text([$0[0]] + $0[4...]) }, Array(4...8), true),
    ("a torn line", { String(text($0).dropLast()) }, Array(1...7), false),
    ("a line that is missing", { text($0[...3] + $0[5...]) }, [1, 2, 3, 5, 6, 7, 8], false),
    ("zero bytes", { text($0[...3] + ["\0\0\0"] + $0[5...]) }, [1, 2, 3, 5, 6, 7, 8], false),
    ("no lines", { text([$0[0]]) }, [], false),
    ("nothing", { _ in "" }, [], false),
    ("lines that end as on Windows", { $0.map { "\($0)\r\n" }.joined() }, Array(1...8), true),
    ("a step below 1 before them", { text([$0[0], "-3000000000,1,2.5"] + $0[1...]) }, Array(1...8), false),
    ("the smallest integer before them", { text([$0[0], "\(Int.min),1,2.5"] + $0[1...]) }, Array(1...8), false),
    ("the largest integer first", { text([$0[0], "\(Int.max),1,2.5"] + $0[1...]) }, Array(1...8), false),
    ("a step of 20 digits", { text($0[...3] + ["9\(Int.max),1,2.5"] + $0[4...]) }, Array(1...8), false),
    ("a line without a loss", { text($0[...3] + ["4,1"] + $0[5...]) }, [1, 2, 3, 5, 6, 7, 8], false),
    ("a line that is there twice", { text($0[...3] + [$0[3]] + $0[4...]) }, [1, 2, 3, 3, 4, 5, 6, 7, 8], false),
  ]

  private static func text(_ lines: some Sequence<String>) -> String { lines.map { "\($0)\n" }.joined() }

  @Test("keeps a step log complete across a kill, and reports missing lines", arguments: logDamage.indices)
  func stepLogAcrossKill(index: Int) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    func train(_ name: String, _ arguments: [String]) throws -> Finished {
      let log = ["--output", name, "--step-log", "\(name).csv", "--verbose", "0"]
      return try Shell.martlet(["train", config] + log + arguments, in: directory.path)
    }
    func lines(_ name: String) throws -> [String] {
      try directory.text("\(name).csv").split(separator: "\n").map(String.init)
    }
    #expect(try train("whole", []).status == 0)
    #expect(try train("cut", ["--max-steps", "8"]).status == 0)
    let whole = try lines("whole")
    try #require(try whole.count == 13 && lines("cut") == Array(whole.prefix(9)))
    let (what, change, kept, isWhole) = Self.logDamage[index]
    _ = try directory.write(change(lines("cut")), to: "cut.csv")
    let resumed = try train("cut", ["--resume"])
    #expect(try lines("cut") == ([0] + kept + Array(9...12)).map { whole[$0] }, "\(what)")
    #expect(resumed.status == (isWhole ? 0 : 1), "\(what)")
    let told = """
      martlet: warning: cut.csv: lines of steps before step 9 are missing. Training continues.
      martlet: cut.csv: lines are missing. The run and its checkpoints are complete.

      """
    #expect(resumed.error == (isWhole ? "" : told), "\(what)")
  }

  @Test("does not change a step log of another run, or a file that is not a step log")
  func foreignStepLog() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    func train(_ arguments: [String]) throws -> Finished {
      try Shell.martlet(["train", config, "--step-log", "steps.csv", "--verbose", "0"] + arguments, in: directory.path)
    }
    #expect(try train(["--output", "one", "--max-steps", "3"]).status == 0)
    let log = try directory.text("steps.csv")
    let other = try train(["--output", "two", "--seed", "2"])
    #expect(other.status == 2)
    let told =
      #/martlet: steps\.csv: it has the steps of another run: '1,1,[\d.]+', where this run has '1,1,[\d.]+'\. .*\n/#
    #expect(other.error.wholeMatch(of: told) != nil, "\(other.error)")
    #expect(try directory.text("steps.csv") == log)
    // The same run, whose directory was lost, has the same losses.
    try FileManager.default.removeItem(atPath: "\(directory.path)/one")
    #expect(try train(["--output", "one", "--max-steps", "4"]).status == 0)
    #expect(try directory.text("steps.csv").hasPrefix(log))
    // --overwrite replaces it.
    #expect(try train(["--output", "two", "--seed", "2", "--overwrite", "--max-steps", "1"]).status == 0)
    #expect(try directory.text("steps.csv").split(separator: "\n").count == 2)
    #expect(directory.names == ["one", "small.yml", "steps.csv", "two"])
    // One that is locked by another process.
    do {
      let open = try AppendOnlyFile("\(directory.path)/steps.csv", isExclusive: true)
      let locked = try train(["--output", "two", "--seed", "2", "--resume"])
      #expect(locked.status == 1)
      #expect(locked.error == "martlet: steps.csv: cannot be written: another process is writing to it.\n")
      withExtendedLifetime(open) {}
    }
    // A file that is not a step log.
    for content in ["a,b\n1,2\n", "step,epoch,loss", "\u{0}\n"] {
      _ = try directory.write(content, to: "steps.csv")
      let refused = try train(["--output", "three", "--overwrite"])
      #expect(refused.status == 2)
      #expect(refused.error.contains("steps.csv: it is not a step log"))
      #expect(refused.error.hasSuffix(". Nothing in it was changed: name another file, or remove it.\n"))
      #expect(try directory.text("steps.csv") == content)
    }
  }

  @Test("does not resume into a step log of another run", arguments: [6, 8, 12])
  func foreignStepLogOfResumed(steps: Int) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    func train(_ arguments: [String]) throws -> Finished {
      try Shell.martlet(["train", config, "--verbose", "0"] + arguments, in: directory.path)
    }
    #expect(try train(["--output", "one", "--step-log", "steps.csv"]).status == 0)
    let log = try directory.text("steps.csv")
    let other = ["--output", "two", "--seed", "2"]
    #expect(try train(other + ["--max-steps", "\(steps)"]).status == 0)
    let refused = try train(other + ["--resume", "--step-log", "steps.csv"])
    #expect(refused.status == 2)
    let told =
      #/martlet: steps\.csv: it has the steps of another run: the loss of epoch 1 is [\d.]+ there, [\d.]+ in this run\. .*\n/#
    #expect(refused.error.wholeMatch(of: told) != nil, "\(refused.error)")
    #expect(try directory.text("steps.csv") == log)
    // Lines of an unfinished epoch show it as well.
    let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
    _ = try directory.write(([lines[0]] + lines[7...]).joined(separator: "\n"), to: "steps.csv")
    let later = try train(other + ["--resume", "--step-log", "steps.csv"])
    #expect(later.status == (steps == 6 ? 0 : 2))
    #expect(steps == 6 || later.error.contains("the loss of epoch 2 is"))
    #expect(directory.names.contains("steps.csv.previous") == (steps == 6))
  }

  @Test("does not treat an unreadable step log as empty")
  func unreadableStepLog() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml, to: "small.yml")
    let arguments = ["train", config, "--verbose", "0", "--max-steps"]
    #expect(try Shell.martlet(arguments + ["1"], in: directory.path).status == 0)
    // Larger than any memory.
    #expect(truncate(try directory.write([], to: "steps.csv"), 1 << 40) == 0)
    let command = "ulimit -v 3000000 && '\(Shell.martlet)' train '\(config)' --resume --step-log steps.csv"
    let refused = try Shell.run("/bin/sh", ["-c", command], in: directory.path)
    #expect(refused.status == 1)
    #expect(refused.error == "martlet: steps.csv: cannot be read: its 1099511627776 bytes do not fit in memory.\n")
    #expect(try FileManager.default.attributesOfItem(atPath: "\(directory.path)/steps.csv")[.size] as? Int == 1 << 40)
    // A pipe has no contents to read; a missing log starts with the next step.
    for log in ["/dev/null", "late.csv"] {
      let resumed = try Shell.martlet(arguments + ["3", "--resume", "--step-log", log], in: directory.path)
      #expect(resumed.status == 0 && resumed.error.isEmpty)
    }
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
