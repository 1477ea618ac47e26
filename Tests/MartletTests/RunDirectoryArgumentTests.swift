import Foundation
import Martlet
import TestSupport
import Testing

@Suite("A run's directory as an argument")
struct RunDirectoryArgumentTests {
  /// A run of 3 epochs whose best is the first: from then on the learning rate is far too large.
  private static func trained(_ directory: TemporaryDirectory) throws -> String {
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    let schedule = "compile.learning_rate_schedule={name: step, decay_steps: 6, decay_rate: 100}"
    let finished = try Shell.martlet(
      [
        "train", config, "--output", "run", "--epochs", "3", "--verbose", "0", "--set", schedule,
        "--set", "checkpoints.keep_best=val_loss",
      ], in: directory.path)
    #expect((finished.status, finished.error) == (0, ""))
    return "\(directory.path)/run"
  }

  /// Kinds of copies of the directory.
  enum Copy: String, CaseIterable {
    case whole
    /// As `rsync -r`, object storage and zip make it.
    case withoutLinks
    /// As `cp -L` makes it.
    case filesForLinks
  }

  @Test("resolves to its best checkpoint in every command, also in a copy", arguments: Copy.allCases)
  func best(copy: Copy) throws {
    let directory = try TemporaryDirectory()
    let run = try Self.trained(directory)
    let (first, link) = ("\(run)/step-00000006.weights.h5", "\(run)/best.weights.h5")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "step-00000006.weights.h5")
    if copy != .whole {
      for path in [link, "\(run)/latest.weights.h5"] { try FileManager.default.removeItem(atPath: path) }
    }
    if copy == .filesForLinks { try FileManager.default.copyItem(atPath: first, toPath: link) }
    for command in [["evaluate"], ["predict"], ["inspect"], ["inspect", "--format", "json"]] {
      let options = Array(command.dropFirst())
      let finished = try Shell.martlet([command[0], run] + options)
      #expect(finished.status == 0)
      #expect(finished.output == (try Shell.martlet([command[0], first] + options).output), "\(command)")
      #expect(finished.error == "martlet: note: \(run): using \(first), the best by val_loss.\n")
    }
    let (left, right) = ("\(directory.path)/left.npz", "\(directory.path)/right.npz")
    #expect(try Shell.martlet(["export", run, left]).status == 0)
    #expect(try Shell.martlet(["export", first, right]).status == 0)
    #expect(FileManager.default.contents(atPath: left) == FileManager.default.contents(atPath: right))
  }

  @Test("resolves to its newest good checkpoint if there is no good best one")
  func newest() throws {
    let directory = try TemporaryDirectory()
    let run = try Self.trained(directory)
    func damage(_ step: Int) throws {
      let path = "\(run)/step-\(String(format: "%08d", step)).weights.h5"
      var bytes = try Data(contentsOf: URL(filePath: path))
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(filePath: path))
    }
    try damage(6)
    let second = try Shell.martlet(["inspect", run])
    #expect(second.status == 0)
    #expect(second.output.contains("steps done: 18"))
    #expect(second.error.contains("martlet: warning: skipped "))
    #expect(second.error.hasSuffix("using \(run)/step-00000018.weights.h5, the newest.\n"))
    try damage(18)
    #expect(try Shell.martlet(["inspect", run]).output.contains("steps done: 12"))
    // Each checkpoint has its verdict.
    let verified = try Shell.martlet(["inspect", "--verify", run])
    #expect(verified.status == 1)
    #expect(verified.output.hasPrefix("\(run)/step-00000012.weights.h5: good: step 12, "))
    #expect(verified.output.split(separator: "\n").count == 1)
    #expect(verified.error.split(separator: "\n").count == 2)
    try damage(12)
    let none = try Shell.martlet(["evaluate", run])
    #expect(none.status == 1)
    #expect(none.error.hasPrefix("martlet: \(run): holds no good checkpoint:\n"))
  }

  @Test("resolves to its newest checkpoint if that has the weights of the best epoch, and the best one is missing")
  func restored() throws {
    let directory = try TemporaryDirectory()
    let stopping = "callbacks: [{early_stopping: {monitor: val_loss, patience: 9, restore_best_weights: true}}]"
    let config = try directory.write("\(CommandTests.yaml)\n\(stopping)", to: "small.yml")
    // The first epoch is the best: from then on the learning rate is far too large.
    let schedule = "compile.learning_rate_schedule={name: step, decay_steps: 6, decay_rate: 100}"
    let trained = try Shell.martlet(
      [
        "train", config, "--output", "run", "--epochs", "3", "--set", schedule, "--set",
        "checkpoints.keep_best=val_loss",
      ], in: directory.path)
    #expect(trained.output.contains("Restored the weights of epoch 1"))
    let whole = try Shell.martlet(["evaluate", "run"], in: directory.path)
    #expect(whole.error == "martlet: note: run: using run/step-00000006.weights.h5, the best by val_loss.\n")
    for name in ["best.weights.h5", "step-00000006.weights.h5"] {
      try FileManager.default.removeItem(atPath: "\(directory.path)/run/\(name)")
    }
    for path in ["run", "run/best.weights.h5"] {
      let part = try Shell.martlet(["evaluate", path], in: directory.path)
      #expect(part.status == 0 && part.output == whole.output)
    }
  }

  @Test("resolves to its newest checkpoint if no best one is kept")
  func noBest() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    let arguments = ["train", config, "--output", "run", "--set", "checkpoints.keep_best=null", "--verbose", "0"]
    #expect(try Shell.martlet(arguments, in: directory.path).status == 0)
    let inspected = try Shell.martlet(["inspect", "run"], in: directory.path)
    #expect(inspected.output.contains("steps done: 12"))
    #expect(inspected.error == "martlet: note: run: using run/step-00000012.weights.h5, the newest.\n")
  }

  @Test("is resumed from its newest checkpoint")
  func resuming() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    func train(_ arguments: [String]) throws -> Finished {
      try Shell.martlet(["train", config, "--verbose", "0"] + arguments, in: directory.path)
    }
    #expect(try train(["--output", "one", "--max-steps", "7"]).status == 0)
    let file = "one/step-00000007.weights.h5"
    // Into another directory, and in its own, which is `--resume` alone.
    let other = try train(["--output", "two", "--resume", "one"])
    #expect((other.status, other.error) == (0, "martlet: note: one: using \(file), the newest.\n"))
    for own in ["one", "./one/", "\(directory.path)/one"] {
      let resumed = try train(["--output", "one", "--resume", own])
      #expect((resumed.status, resumed.error) == (0, ""))
    }
    #expect(try Shell.martlet(["diff", "one", "two"], in: directory.path).status == 0)
    for (path, message) in [
      (".", ".: holds no checkpoint (step-*.weights.h5). It holds runs: one, two."),
      ("small.yml", "small.yml: is not a Martlet checkpoint"),
    ] {
      let refused = try train(["--output", "three", "--resume", path])
      #expect(refused.status == (path == "." ? 2 : 1))
      #expect(refused.error.hasPrefix("martlet: \(message)"), "\(refused.error)")
    }
    #expect(!directory.names.contains("three"))
  }

  @Test("may contain checkpoints of other runs, which are not changed")
  func mixed() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    func train(_ arguments: [String]) throws -> Finished {
      try Shell.martlet(
        ["train", config, "--verbose", "0", "--set", "checkpoints.keep_last=1"] + arguments, in: directory.path)
    }
    #expect(try train(["--output", "one"]).status == 0)
    // Another learning rate, and the same seed and data: only the configuration differs before the first epoch is done.
    let rate = ["--set", "compile.optimizer.learning_rate=0.5"]
    #expect(try train(["--output", "two", "--max-steps", "3"] + rate).status == 0)
    let (name, manager) = ("step-00000003.weights.h5", FileManager.default)
    try manager.copyItem(atPath: "\(directory.path)/two/\(name)", toPath: "\(directory.path)/one/\(name)")
    let resumed = try train(["--output", "one", "--resume", "--epochs", "3"])
    #expect(resumed.status == 0)
    #expect(
      resumed.error == "martlet: warning: one/\(name): is not of this run, or is corrupt. It is left unchanged, and "
        + "does not count as one of the checkpoints that are kept.\n")
    #expect(
      manager.contents(atPath: "\(directory.path)/one/\(name)")
        == manager.contents(atPath: "\(directory.path)/two/\(name)"))
    #expect(manager.fileExists(atPath: "\(directory.path)/one/step-00000018.weights.h5"))
  }

  @Test("resolves to the best checkpoint of the run of its newest one")
  func bestOfAnother() throws {
    let directory = try TemporaryDirectory()
    let run = try Self.trained(directory)
    let config = "\(directory.path)/small.yml"
    #expect(
      try Shell.martlet(["train", config, "--output", "two", "--seed", "2", "--max-steps", "6"], in: directory.path)
        .status == 0)
    let name = "step-00000006.weights.h5"
    try FileManager.default.removeItem(atPath: "\(run)/\(name)")
    try FileManager.default.copyItem(atPath: "\(directory.path)/two/\(name)", toPath: "\(run)/\(name)")
    let inspected = try Shell.martlet(["inspect", run])
    #expect(
      inspected.error == "martlet: note: \(run): using \(run)/step-00000012.weights.h5, the best by val_loss.\n")
  }

  @Test("is refused if it contains no run, listing the runs below it")
  func empty() throws {
    let directory = try TemporaryDirectory()
    let nothing = try Shell.martlet(["predict", directory.path])
    #expect(nothing.status == 2)
    #expect(
      nothing.error == "martlet: \(directory.path): holds no checkpoint (step-*.weights.h5). "
        + "Name the directory of a run, or a file.\n")
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    #expect(try Shell.martlet(["train", config, "--max-steps", "1"], in: directory.path).status == 0)
    let above = try Shell.martlet(["export", "checkpoints", "model.npz"], in: directory.path)
    #expect(above.status == 2)
    #expect(above.error.hasSuffix("It holds runs: small.\n"))
    _ = try directory.write("", to: "saved_model.pb")
    let other = try Shell.martlet(["evaluate", directory.path])
    #expect(other.error.contains("is a TensorFlow SavedModel."))
  }
}
