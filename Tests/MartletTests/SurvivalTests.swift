import Foundation
import Martlet
import TestSupport
import Testing

/// A training process that runs in parallel to the test.
final class Running {
  let process = Process()
  let directory: TemporaryDirectory

  /// Starts `martlet train`, and waits until there is a checkpoint, or until it handles signals.
  init(
    _ arguments: [String], in directory: TemporaryDirectory, output: Any? = nil, error: Any? = nil,
    environment: [String: String] = [:], untilTaking signal: Int32? = nil
  ) throws {
    self.directory = directory
    process.executableURL = URL(filePath: Shell.martlet)
    process.arguments = ["train"] + arguments
    process.environment = Shell.environment.merging(environment) { $1 }
    process.currentDirectoryURL = URL(filePath: directory.path)
    let paths = ["out", "err"].map { "\(directory.path)/\($0)" }
    for path in paths { try Data().write(to: URL(filePath: path)) }
    process.standardOutput = output ?? FileHandle(forWritingAtPath: paths[0])
    process.standardError = error ?? FileHandle(forWritingAtPath: paths[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    try wait { try signal.map(takes) ?? ((try? checkpoints().count) ?? 0 > 0) }
  }

  /// Ends the process with the test.
  deinit {
    guard process.isRunning else { return }
    send(SIGKILL)
    process.waitUntilExit()
  }

  /// Whether the process has a handler for a signal.
  func takes(_ signal: Int32) throws -> Bool {
    let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    let caught = try #require(status.firstMatch(of: #/SigCgt:\s*([0-9a-f]+)/#)).1
    return try #require(UInt64(caught, radix: 16)) >> UInt64(signal - 1) & 1 == 1
  }

  /// The CPU time of the process, in clock ticks.
  func ticks() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
    // Behind the name, which may hold anything: utime and stime are the 14th and 15th field of all.
    let fields = try #require(status.split(separator: ")").last).split(separator: " ")
    return try #require(Int(fields[11])) + (try #require(Int(fields[12])))
  }

  func checkpoints() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/run").filter {
      $0.hasPrefix("step-") && $0.hasSuffix(".h5")
    }
    .sorted()
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits for a condition that can only become true while the process runs.
  func wait(_ condition: () throws -> Bool) throws {
    try Self.wait {
      let isRunning = process.isRunning
      if try condition() { return true }
      guard isRunning else { throw NothingHappened("the training has ended: \(try directory.text("err"))") }
      return false
    }
  }

  /// Ten minutes mean a hang on any machine: every wait here is short.
  private static func wait(until condition: () throws -> Bool) throws {
    for _ in 0..<120_000 {
      if try condition() { return }
      usleep(5000)
    }
    throw NothingHappened("nothing happened for ten minutes")
  }

  func finish() throws -> Finished {
    try Self.wait { !process.isRunning }
    return Finished(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: try directory.text("out"), error: try directory.text("err"))
  }
}

/// The condition can no longer become true.
private struct NothingHappened: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

@Suite("A run", .serialized)
struct SurvivalTests {
  /// Epochs of 6 steps that take minutes, longer than any test.
  private static let endless = 100_000

  private func config(_ directory: TemporaryDirectory, epochs: Int = endless, more: String = "") throws -> String {
    let yaml = CommandTests.yaml.replacing("epochs: 2", with: "epochs: \(epochs)")
    return try directory.write(yaml + "\n" + more, to: "small.yml")
  }

  @Test(
    "ends on request with a checkpoint and exit code 75, and resumes from it",
    arguments: [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT"), (SIGUSR1, "SIGUSR1")])
  func ends(signal: Int32, name: String) throws {
    let directory = try TemporaryDirectory()
    let run = try Running([config(directory), "--output", "run"], in: directory)
    run.send(signal)
    let finished = try run.finish()
    #expect(finished.status == 75)
    #expect(finished.error.isEmpty)
    let stopped = try #require(
      finished.output.firstMatch(of: #/Stopped by (\w+) after step (\d+), in epoch (\d+) of 100000/#))
    #expect(stopped.1 == name)
    let step = try #require(Int(stopped.2))
    let newest = try #require(try run.checkpoints().last)
    #expect(try CheckpointStore.verify("\(directory.path)/run/\(newest)").step == step)
    #expect(try !FileManager.default.fileExists(atPath: "\(directory.path)/run/run.lock"))
    let resumed = try Shell.martlet(
      ["train", config(directory), "--output", "run", "--resume", "--max-steps", "\(step + 1)"], in: directory.path)
    #expect(resumed.status == 0)
    #expect(resumed.output.contains("Resumed at step \(step)"))
  }

  @Test("is ended at once by a second SIGINT, and keeps everything written")
  func secondInterrupt() throws {
    let directory = try TemporaryDirectory()
    // A step of twelve trillion operations, on one core: minutes.
    let yaml = """
      name: slow
      data: {dataset: digits, train_count: 4000, test_count: 10}
      model:
        - conv2d: {filters: 256, kernel_size: [11, 11], activation: relu}
        - conv2d: {filters: 256, kernel_size: [11, 11], activation: relu}
        - flatten
        - dense: {units: 10, activation: softmax}
      fit: {batch_size: 4000}
      """
    let arguments = [try directory.write(yaml, to: "slow.yml"), "--output", "run", "--workers", "1"]
    let run = try Running(arguments, in: directory, untilTaking: SIGINT)
    try run.wait { try directory.text("out").contains("Epoch 1/") }
    run.send(SIGINT)
    // The signal was received, and the step continues.
    try run.wait { try !run.takes(SIGINT) }
    let ticks = try run.ticks()
    try run.wait { try run.ticks() > ticks + 1 }
    run.send(SIGINT)
    #expect(try run.finish().status == -SIGINT)
    #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/run") == ["run.lock"])
  }

  @Test(
    "ends at once on a signal while data is loading, with advice", arguments: [SIGTERM, SIGINT, SIGUSR1])
  func endsWhileLoading(signal: Int32) throws {
    let directory = try TemporaryDirectory()
    let yaml = CommandTests.yaml.replacing("train_count: 1100", with: "train_count: 5000000")
    let arguments = [try directory.write(yaml, to: "large.yml"), "--output", "run"]
    let run = try Running(arguments, in: directory, untilTaking: signal)
    run.send(signal)
    let finished = try run.finish()
    #expect(finished.status == 75)
    #expect(finished.error == Self.farewell)
    #expect(finished.output.isEmpty)
    #expect(directory.names == ["err", "large.yml", "out"])
  }

  @Test("ends at once on a signal while it waits for the lock of another host")
  func endsWhileWaiting() throws {
    let directory = try TemporaryDirectory()
    let lock = try CheckpointStore(directory: "\(directory.path)/run").lock()
    _ = try directory.write("process 7\nhost elsewhere\nsince 2026-01-01 00:00:00\n", to: "run/run.lock")
    let arguments = [try config(directory), "--output", "run", "--resume-or-start"]
    let run = try Running(arguments, in: directory, untilTaking: SIGTERM)
    try run.wait { try directory.text("err").contains("waiting for the lock of run, held by process 7 on elsewhere") }
    run.send(SIGTERM)
    let finished = try run.finish()
    #expect(finished.status == 75)
    #expect(finished.error.hasSuffix(" UTC.\n\(Self.farewell)"))
    withExtendedLifetime(lock) {}
  }

  private static let farewell =
    "martlet: stopped on request before the first step; no checkpoint was touched. Run the same command again.\n"

  @Test("whose time limit leaves no time for a step is refused, before it changes anything")
  func hopelessTimeLimit() throws {
    let directory = try TemporaryDirectory()
    let arguments = ["train", try config(directory, epochs: 1), "--output", "run", "--step-log", "steps.csv"]
    let hopeless =
      #/martlet: the time limit leaves no time to make .*: that may take 1\.1 s, and 0\.\d s are left\. Make .* longer.*\n/#
    func refused(_ more: [String]) throws {
      let finished = try Shell.martlet(arguments + ["--time-limit", "1s"] + more, in: directory.path)
      #expect(finished.status == 2)
      #expect(finished.error.wholeMatch(of: hopeless) != nil, "\(finished.error)")
    }
    try refused([])
    #expect(directory.names == ["small.yml"])
    #expect(try Shell.martlet(arguments + ["--max-steps", "1"], in: directory.path).status == 0)
    let log = try directory.text("steps.csv")
    try refused(["--overwrite"])
    try refused(["--resume"])
    #expect(try directory.text("steps.csv") == log)
    #expect(try CheckpointStore(directory: "\(directory.path)/run").newestGood().snapshot.state.step == 1)
    // One that has nothing left to do needs no time.
    #expect(try Shell.martlet(arguments + ["--resume"], in: directory.path).status == 0)
    #expect(try Shell.martlet(arguments + ["--resume", "--time-limit", "1s"], in: directory.path).status == 0)
  }

  @Test("writes a checkpoint on SIGUSR2 and continues; SIGHUP is ignored without a terminal")
  func checkpointOnRequest() throws {
    let directory = try TemporaryDirectory()
    let more = "checkpoints: {every_epochs: 99999, every_steps: 1, every_minutes: null, keep_best: null}"
    let first = try Running([config(directory, more: more), "--output", "run", "--max-steps", "1"], in: directory)
    #expect(try first.finish().status == 0)
    let rare = more.replacing("every_steps: 1, ", with: "")
    let run = try Running(
      [config(directory, more: rare), "--output", "run", "--resume", "--epochs", "99998"], in: directory,
      untilTaking: SIGTERM)
    run.send(SIGHUP)
    #expect(try run.checkpoints() == ["step-00000001.weights.h5"])
    try run.wait { try directory.text("out").contains("Epoch 2/") }
    run.send(SIGUSR2)
    try run.wait { try run.checkpoints().count == 2 }
    #expect(run.process.isRunning)
    run.send(SIGTERM)
    #expect(try run.finish().status == 75)
    #expect(try run.checkpoints().count == 3)
  }

  @Test("is ended by the chosen signals, also by SIGHUP without a terminal", arguments: [SIGUSR2, SIGHUP])
  func chosenSignals(signal: Int32) throws {
    let directory = try TemporaryDirectory()
    let run = try Running([config(directory), "--output", "run", "--end-signals", "USR2,HUP"], in: directory)
    run.send(signal)
    let finished = try run.finish()
    #expect(finished.status == 75)
    #expect(finished.output.contains("Stopped by \(signal == SIGHUP ? "SIGHUP" : "SIGUSR2")"))
  }

  @Test("leaves a checkpoint when its terminal is closed")
  func closedTerminal() throws {
    let (directory, terminal) = (try TemporaryDirectory(), try PseudoTerminal())
    let rare = "checkpoints: {every_epochs: 99999, every_minutes: null, keep_best: null}"
    let run = try Running(
      [config(directory, more: rare), "--output", "run", "--epochs", "99998"], in: directory, output: terminal.screen,
      untilTaking: SIGHUP)
    try run.wait { (try? directory.text("run/run.lock")) != nil }
    try terminal.keyboard.close()
    // Steps are made by then, or the run says that none was.
    run.send(SIGHUP)
    let finished = try run.finish()
    #expect(finished.status == 75)
    #expect(finished.error.isEmpty ? try run.checkpoints().count == 1 : finished.error == Self.farewell)
  }

  @Test("stops in time, and ends with the bits of an uninterrupted run, including callbacks")
  func timeLimit() throws {
    let directory = try TemporaryDirectory()
    let more = """
      callbacks:
        - early_stopping: {monitor: val_loss, patience: 8, restore_best_weights: true}
        - reduce_lr_on_plateau: {monitor: val_loss, patience: 3, factor: 0.5}
        - csv_log: {filename: NAME.csv}
      """
    func train(_ name: String, _ arguments: [String]) throws -> Finished {
      let config = try config(directory, epochs: 400, more: more.replacing("NAME", with: name))
      return try Shell.martlet(["train", config, "--output", name] + arguments, in: directory.path)
    }
    let whole = try train("whole", [])
    #expect(whole.status == 0)
    #expect(whole.output.contains("Stopped early: no improvement of val_loss."))
    // On a busy machine the start alone may take seconds: then the limit is refused, and a longer one is tried.
    var (parts, limit, step): ([Int32], Int, Int) = ([], 2, 0)
    while parts.last != 0 {
      let part = try train("cut", ["--resume-or-start", "--time-limit", "\(limit)s"])
      if part.status == 2 {
        try #require(part.error.hasPrefix("martlet: the time limit leaves no time") && limit < 1000, "\(part.error)")
        limit *= 2
        continue
      }
      parts.append(part.status)
      // A part without a step would be requeued forever.
      let reached = try CheckpointStore(directory: "\(directory.path)/cut").newestGood().snapshot.state.step
      try #require(reached > step || part.status == 0)
      step = reached
      if parts.count == 1 { #expect(try train("cut", ["--resume-or-start", "--max-steps", "9"]).status == 0) }
    }
    #expect(parts.dropLast().allSatisfy { $0 == 75 })
    let snapshots = try ["whole", "cut"].map { name in
      var snapshot = try CheckpointStore(directory: "\(directory.path)/\(name)").newestGood().snapshot
      snapshot.state.history = History(columns: snapshot.state.history.columns.filter { $0.key != "seconds" })
      return snapshot
    }
    #expect(snapshots[0] == snapshots[1])
    let tables = try ["whole", "cut"].map { name in
      try directory.text("\(name).csv").split(separator: "\n").map {
        $0.replacing(#/,[^,]*(?=,[^,]*,[^,]*$)/#, with: "")
      }
    }
    #expect(tables[0] == tables[1])
  }

  @Test("logs every event as JSON")
  func log() throws {
    let directory = try TemporaryDirectory()
    let arguments = ["train", try config(directory, epochs: 3), "--output", "run", "--log-file", "run.jsonl"]
    #expect(try Shell.martlet(arguments + ["--max-steps", "7"], in: directory.path).status == 0)
    // A corrupt checkpoint is skipped and reported.
    let newest = "\(directory.path)/run/step-00000007.weights.h5"
    try Data(contentsOf: URL(filePath: newest)).dropLast(1).write(to: URL(filePath: newest))
    #expect(try Shell.martlet(arguments + ["--resume"], in: directory.path).status == 0)
    #expect(try Shell.martlet(arguments + ["--resume", "--seed", "2"], in: directory.path).status == 2)
    let lines = try directory.text("run.jsonl").split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    // A checkpoint is reported once it is written, which may be in the next epoch.
    let events = lines.compactMap { $0["event"] as? String }
    let heading = ["start", "configuration", "epoch"]
    #expect(Array(events.prefix(3)) == heading && events[5] == "end")
    #expect(events[3...4].allSatisfy { $0 == "checkpoint" })
    #expect(Array(events[6...9]) == ["fault"] + heading)
    #expect(events[10...12].sorted() == ["checkpoint", "checkpoint", "epoch"])
    #expect(Array(events[13...]) == ["end", "fault"])
    #expect(lines.allSatisfy { ($0["time"] as? String)?.wholeMatch(of: #/\d{4}-\d\d-\d\dT[\d:.]+Z/#) != nil })
    #expect((lines[6]["message"] as? String)?.contains("is truncated") == true)
    #expect(lines[3]["bytes"] as? Int ?? 0 > 10_000)
    #expect(lines[3]["seconds"] as? Double ?? 0 > 0)
    #expect(lines[5]["finished"] as? Bool == false && lines[13]["finished"] as? Bool == true)
    #expect(lines[14]["level"] as? String == "error")
    #expect(lines.allSatisfy { $0["directory"] as? String == "run" })
    // The last line that the run printed, and readable numbers.
    let evaluated = try Shell.martlet(["evaluate", "run/latest.weights.h5", "--format", "json"], in: directory.path)
    let test = try #require(JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Double])
    for name in ["loss", "accuracy", "samples"] { #expect(lines[13]["test_\(name)"] as? Double == test[name]) }
    #expect(lines[5]["test_loss"] == nil)
    let text = try directory.text("run.jsonl")
    #expect(text.split(separator: "\n").count { $0.contains(#""learning_rate": 0.001,"#) } == 3)
    #expect((lines[1]["yaml"] as? String)?.contains("on_nonfinite: stop") == true)
  }

  @Test("continues without its log, warns once, and writes the lines once that is possible")
  func vanishedLog() throws {
    let directory = try TemporaryDirectory()
    let logs = "\(directory.path)/logs"
    try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    let run = try Running(
      [config(directory), "--output", "run", "--log-file", "logs/run.jsonl", "--verbose", "0"],
      in: directory)
    // In one move: the run must not find the directory without the file, and recreate it.
    try FileManager.default.moveItem(atPath: logs, toPath: "\(logs).away")
    let steps = try run.checkpoints()
    try run.wait { try run.checkpoints().first ?? "" > steps.last ?? "" }
    #expect(
      try directory.text("err")
        == "martlet: warning: logs/run.jsonl: cannot be created: No such file or directory. Training continues; the "
        + "lines are written once that is possible.\n")
    try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    try run.wait {
      (try? directory.text("logs/run.jsonl"))?.split(separator: "\n").count ?? 0 > 9
    }
    run.send(SIGTERM)
    #expect(try run.finish().status == 75)
    let events = try directory.text("logs/run.jsonl").split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    let epochs = events.filter { $0["event"] as? String == "epoch" }.compactMap { $0["epoch"] as? Int }
    let first = try #require(epochs.first)
    // From the line that failed on, none is missing.
    #expect(epochs == Array(first..<first + epochs.count) && epochs.count > 3)
    #expect(events.last?["event"] as? String == "end")
  }

  @Test("exits with 75 when stopped, also if its step log is incomplete")
  func vanishedStepLog() throws {
    let directory = try TemporaryDirectory()
    let arguments = [
      try config(directory), "--output", "run", "--step-log", "steps.csv", "--verbose", "0",
    ]
    let run = try Running(arguments, in: directory)
    try FileManager.default.removeItem(atPath: "\(directory.path)/steps.csv")
    try run.wait { try !directory.text("err").isEmpty }
    run.send(SIGTERM)
    let finished = try run.finish()
    #expect(finished.status == 75)
    #expect(
      finished.error
        == "martlet: warning: steps.csv: cannot be written: it was removed or replaced. Training continues.\n")
  }

  @Test("succeeds when its log cannot be written: a full disk, a closed pipe", arguments: ["/dev/full", "/dev/fd/3"])
  func unwritableLog(path: String) throws {
    let directory = try TemporaryDirectory()
    let command = "'\(Shell.martlet)' train '\(try config(directory, epochs: 2))' --verbose 0 --log-file \(path)"
    // The reader of the pipe is gone before the run starts.
    let gone = "while echo 2> /dev/null; do :; done; trap - PIPE"
    let finished = try Shell.run(
      "/bin/sh", ["-c", "trap '' PIPE; { \(gone); \(command); echo $? >&2; } 3>&1 | true"], in: directory.path)
    let reason = path == "/dev/full" ? "No space left on device" : "Broken pipe"
    #expect(
      finished.error
        == "martlet: warning: \(path): cannot be written: \(reason). Training continues; the lines are written "
        + "once that is possible.\n0\n")
  }

  @Test("reports which process has locked its directory")
  func locked() throws {
    let directory = try TemporaryDirectory()
    let run = try Running([config(directory), "--output", "run"], in: directory)
    let second = try Shell.martlet(["train", config(directory), "--output", "run", "--resume"], in: directory.path)
    #expect(second.status == 1)
    let holder = "another run is writing to it: process \(run.process.processIdentifier) on "
    #expect(second.error.contains(holder))
    // A killed run releases the lock.
    run.send(SIGKILL)
    #expect(try run.finish().status == -SIGKILL)
    let third = try Shell.martlet(
      ["train", config(directory), "--output", "run", "--resume", "--epochs", "1"], in: directory.path)
    #expect(third.status == 0)
  }

  @Test("verifies a checkpoint on request")
  func verify() throws {
    let directory = try TemporaryDirectory()
    let path = "\(directory.path)/run/latest.weights.h5"
    let config = try config(directory, epochs: 1)
    #expect(try Shell.martlet(["train", config, "--output", "run"], in: directory.path).status == 0)
    let good = try Shell.martlet(["inspect", "--verify", path])
    #expect(good.status == 0)
    #expect(good.output.hasPrefix("\(path): good: step 6, "))
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(filePath: path))
    let bad = try Shell.martlet(["inspect", "--verify", path])
    #expect(bad.status == 1)
    #expect(
      bad.error.hasSuffix("is corrupt: SHA-256 mismatch. Use an older checkpoint.\n"))
  }

  @Test("stops at a batch with a NaN loss, and keeps the last good checkpoint")
  func nonfinite() throws {
    let directory = try TemporaryDirectory()
    let more = """
      compile: {optimizer: {name: adam, learning_rate: 1.0e+37}}
      checkpoints: {every_steps: 1}
      """
    let finished = try Shell.martlet(["train", config(directory, more: more), "--output", "run"], in: directory.path)
    #expect(finished.status == 1)
    let told = try #require(
      finished.error.firstMatch(
        of: #/step (\d+), epoch 1: the loss of the batch is -?(nan|inf)\. Its samples are ([\d, ]+)\./#))
    #expect(told.3.split(separator: ",").count == 200)
    let latest = try CheckpointStore.verify("\(directory.path)/run/latest.weights.h5")
    #expect(try #require(Int(told.1)) == latest.step + 1)
    let skipping = try directory.write(
      directory.text("small.yml").replacing("fit: {", with: "fit: {on_nonfinite: skip, "), to: "skip.yml")
    let skipped = try Shell.martlet(["train", skipping, "--output", "run", "--resume"], in: directory.path)
    #expect(skipped.status == 1)
    #expect(skipped.error.contains("It was skipped.\n"))
    #expect(skipped.error.contains("epoch 2: the loss of every batch is NaN or infinite, and all were skipped"))
  }
}
