import DurableFiles
import Foundation
import Martlet
import TestSupport
import Testing

@Suite("A step log")
struct StepLogTests {
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
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
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
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
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
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
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

  @Test("is that of the run also if its epochs are parts of passes over the data, or more than one", arguments: [4, 9])
  func otherEpochs(steps: Int) throws {
    let directory = try TemporaryDirectory()
    let yaml = CommandTests.yaml.replacing("epochs: 2,", with: "epochs: 3, steps_per_epoch: \(steps),")
    let config = try directory.write(yaml, to: "small.yml")
    func train(_ name: String, _ arguments: [String]) throws -> Finished {
      let log = ["--output", name, "--step-log", "\(name).csv", "--verbose", "0"]
      return try Shell.martlet(["train", config] + log + arguments, in: directory.path)
    }
    #expect(try train("whole", []).status == 0)
    #expect(try train("cut", ["--max-steps", "11"]).status == 0)
    let resumed = try train("cut", ["--resume"])
    #expect(resumed.status == 0 && resumed.error.isEmpty, "\(resumed.error)")
    #expect(try directory.text("cut.csv") == directory.text("whole.csv"))
  }

  @Test("does not treat an unreadable step log as empty")
  func unreadableStepLog() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
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
}
