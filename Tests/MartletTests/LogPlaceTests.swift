import Foundation
import TestSupport
import Testing

@Suite("Log files")
struct LogPlaceTests {
  private static let table = "\ncallbacks: [csv_log: epochs.csv]\n"

  /// A log's option or key, and the start of the message.
  static let logs: [(arguments: [String], place: String)] = [
    (["--log-file", "PATH"], "--log-file PATH: it is not an event log (--log-file)"),
    (["--step-log", "PATH"], "--step-log PATH: it is not a step log"),
    (["--set", "callbacks=[csv_log: PATH]"], "callbacks.csv_log.filename PATH: it is not an epoch log"),
  ]

  /// Contents of files that are not logs, or are other logs.
  static let contents = ["name: other\n", "{\"a\": 1}\n", "a,b\n1,2\n", "MARTLET CHECKPOINT", "x", "\u{0}x"]

  @Test("are refused if they have other contents, before anything is changed", arguments: logs.indices, contents)
  func foreign(index: Int, content: String) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    _ = try directory.write(content, to: "x.yml")
    let (arguments, place) = Self.logs[index]
    for start in [[], ["--overwrite"], ["--dry-run"]] {
      let named = arguments.map { $0.replacing("PATH", with: "x.yml") }
      let refused = try Shell.martlet(["train", config, "--max-steps", "1"] + named + start, in: directory.path)
      #expect(refused.status == 2)
      #expect(refused.error.hasPrefix("martlet: \(place.replacing("PATH", with: "x.yml"))"), "\(refused.error)")
      #expect(refused.error.hasSuffix("Nothing in it was changed: name another file, or remove it.\n"))
      #expect(try directory.text("x.yml") == content)
      #expect(directory.names == ["small.yml", "x.yml"], "\(start)")
    }
  }

  @Test("must not be directories", arguments: logs.indices)
  func directories(index: Int) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    let named = Self.logs[index].arguments.map { $0.replacing("PATH", with: ".") }
    let refused = try Shell.martlet(["train", config] + named, in: directory.path)
    #expect(refused.status == 2)
    #expect(refused.error.contains(" .: it is a directory. Nothing in it was changed"))
    #expect(directory.names == ["small.yml"])
  }

  @Test("must be distinct, and of the same kind of log")
  func mixed() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml + Self.table, to: "small.yml")
    let logs = ["--log-file", "run.jsonl", "--step-log", "steps.csv"]
    #expect(try Shell.martlet(["train", config, "--max-steps", "6"] + logs, in: directory.path).status == 0)
    let names = ["run.jsonl", "steps.csv", "epochs.csv"]
    let before = try names.map(directory.text)
    for (arguments, message) in [
      (["--log-file", "steps.csv"], "--log-file steps.csv: it is not an event log"),
      (["--step-log", "run.jsonl"], "--step-log run.jsonl: it is not a step log"),
      (["--step-log", "epochs.csv"], "--step-log and callbacks.csv_log.filename are the same file (epochs.csv)"),
      (["--log-file", "a", "--step-log", "a"], "--log-file and --step-log are the same file (a): name two.\n"),
      (["--log-file", "./steps.csv", "--step-log", "steps.csv"], "--log-file and --step-log are the same file"),
    ] {
      let refused = try Shell.martlet(["train", config, "--resume"] + arguments, in: directory.path)
      #expect(refused.status == 2)
      #expect(refused.error.hasPrefix("martlet: \(message)"), "\(refused.error)")
      #expect(try names.map(directory.text) == before)
    }
    // The remains of a log after a power cut are still a log.
    _ = try directory.write("\u{0}\u{0}", to: "run.jsonl")
    let resumed = try Shell.martlet(["train", config, "--resume"] + logs, in: directory.path)
    #expect((resumed.status, resumed.error) == (0, ""))
  }

  @Test("of a replaced run are kept until there is a checkpoint")
  func overwriting() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml + Self.table, to: "small.yml")
    func train(_ arguments: [String]) throws -> Finished {
      try Shell.martlet(["train", config, "--step-log", "steps.csv", "--verbose", "0"] + arguments, in: directory.path)
    }
    #expect(try train([]).status == 0)
    let (steps, epochs) = (try directory.text("steps.csv"), try directory.text("epochs.csv"))
    // The first steps are computed, but no complete epoch.
    let diverging = ["--overwrite", "--seed", "2", "--set", "compile.optimizer.learning_rate=1e30"]
    let failed = try train(diverging)
    #expect(failed.status == 1)
    #expect(try directory.text("epochs.csv") == epochs)
    let kept = directory.names.contains("steps.csv.previous") ? "steps.csv.previous" : "steps.csv"
    #expect(try directory.text(kept) == steps)
    if kept != "steps.csv" {
      let told = "martlet: warning: steps.csv: its previous contents are now in steps.csv.previous"
      #expect(failed.error.contains(told), "\(failed.error)")
      try FileManager.default.removeItem(atPath: "\(directory.path)/steps.csv.previous")
    }
    let again = try train(["--overwrite", "--seed", "2"])
    #expect((again.status, again.error) == (0, ""))
    #expect(directory.names == ["checkpoints", "epochs.csv", "small.yml", "steps.csv"])
    #expect(try directory.text("steps.csv").split(separator: "\n").count == 13)
    #expect(try directory.text("steps.csv") != steps)
    #expect(try directory.text("epochs.csv").split(separator: "\n").count == 3)
    #expect(try directory.text("epochs.csv") != epochs)
  }

  /// Lines of another run's step log, found by a run that was interrupted after 4 of 6 steps.
  static let unknown: [ClosedRange<Int>] = [1...3, 2...4, 3...3, 5...6, 7...12]

  @Test("keep steps that a resumed run cannot identify under another name", arguments: unknown)
  func unknownSteps(steps: ClosedRange<Int>) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    func train(_ arguments: [String]) throws -> Finished {
      try Shell.martlet(["train", config, "--verbose", "0"] + arguments, in: directory.path)
    }
    #expect(try train(["--output", "one", "--step-log", "steps.csv"]).status == 0)
    let lines = try directory.text("steps.csv").split(separator: "\n")
    let log = ([lines[0]] + lines[steps]).map { "\($0)\n" }.joined()
    _ = try directory.write(log, to: "steps.csv")
    let two = ["--output", "two", "--seed", "2"]
    #expect(try train(two + ["--max-steps", "4"]).status == 0)
    let resumed = try train(two + ["--resume", "--step-log", "steps.csv"])
    #expect(resumed.status == 0)
    #expect(
      resumed.error == "martlet: warning: steps.csv: no epoch in it shows whether its steps are of this run. It was "
        + "renamed to steps.csv.previous; the log starts at step 5.\n")
    #expect(try directory.text("steps.csv.previous") == log)
    let numbers = try directory.text("steps.csv").split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
    #expect(numbers == (5...12).map { "\($0)"[...] })
    // The steps of the current epoch identify the run, if all of them are there.
    _ = try directory.write(lines.prefix(5).map { "\($0)\n" }.joined(), to: "steps.csv")
    #expect(try train(["--output", "three", "--seed", "2", "--max-steps", "4"]).status == 0)
    let refused = try train(["--output", "three", "--seed", "2", "--resume", "--step-log", "steps.csv"])
    #expect(refused.status == 2 && refused.error.contains("the loss of epoch 1 is"))
  }
}
