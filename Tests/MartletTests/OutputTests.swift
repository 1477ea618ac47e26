import Foundation
import Martlet
import TestSupport
import Testing

@testable import MartletCommand

@Suite("A run whose output", .serialized)
struct OutputTests {
  /// More epochs than can be trained during the test.
  private func config(_ directory: TemporaryDirectory, more: String = "") throws -> String {
    try directory.write(CommandTests.yaml.replacing("epochs: 2", with: "epochs: 100000") + "\n" + more, to: "small.yml")
  }

  private func saved(_ directory: TemporaryDirectory, _ run: String) throws -> Checkpoint {
    try Checkpoint(path: "\(directory.path)/\(run)/latest.weights.h5")
  }

  /// Resumes a stopped run, and expects the result of an uninterrupted one.
  private func checkResumes(_ directory: TemporaryDirectory, _ config: String) throws {
    let step = try saved(directory, "run").snapshot.state.step
    for (run, options) in [("run", ["--resume"]), ("whole", [])] {
      let arguments = ["train", config, "--output", run, "--verbose", "0", "--max-steps", "\(step + 2)"]
      #expect(try Shell.martlet(arguments + options, in: directory.path).status == 0)
    }
    #expect(try saved(directory, "run").differences(from: saved(directory, "whole")) == [])
  }

  /// What is stopped, and how much is printed.
  static let stopped: [(StoppedReader.Kind, streams: [Console], verbose: Int)] = StoppedReader.Kind.allCases.flatMap {
    [($0, [.output], 1), ($0, [.output], 2), ($0, [.error], 2), ($0, [.output, .error], 1)]
  }

  @Test(
    "of errors has control characters in writing",
    arguments: [
      ("a\u{1b}[31mb\u{7f}\u{9b}", "a\\x1b[31mb\\x7f\\x9b"), ("a\tb\n", "a\tb\n"), ("Löwe \u{1f981}", "Löwe \u{1f981}"),
    ])
  func controls(text: String, visible: String) { #expect(Console.visible(text) == visible) }

  @Test("is not read trains, and ends on SIGTERM with a checkpoint", arguments: stopped.indices)
  func signal(index: Int) throws {
    let (kind, streams, verbose) = Self.stopped[index]
    let (directory, reader) = (try TemporaryDirectory(), try StoppedReader(kind))
    // A table that cannot be written gives the error stream something to do.
    let config = try config(directory, more: "callbacks: [{csv_log: {filename: /nowhere/epochs.csv}}]")
    let run = try Running(
      [config, "--output", "run", "--verbose", "\(verbose)"], in: directory,
      output: streams.contains(.output) ? reader.writer : nil, error: streams.contains(.error) ? reader.writer : nil,
      environment: ["TERM": "xterm"])
    run.send(SIGTERM)
    #expect(try run.finish().status == 75)
    try checkResumes(directory, config)
  }

  @Test("is not read stops in time for its limit, with a checkpoint", arguments: StoppedReader.Kind.allCases)
  func timeLimit(kind: StoppedReader.Kind) throws {
    let (directory, reader) = (try TemporaryDirectory(), try StoppedReader(kind))
    let config = try config(directory)
    // A limit that is too short for a busy machine is refused, and a longer one is tried.
    var (limit, status) = (4, Int32(2))
    while status == 2, limit < 1000 {
      let process = Process()
      process.executableURL = URL(filePath: Shell.martlet)
      process.arguments = ["train", config, "--output", "run", "--time-limit", "\(limit)s", "--verbose", "1"]
      process.environment = Shell.environment
      process.currentDirectoryURL = URL(filePath: directory.path)
      (process.standardOutput, process.standardError) = (reader.writer, reader.writer)
      try process.run()
      process.waitUntilExit()
      (limit, status) = (2 * limit, process.terminationStatus)
    }
    #expect(status == 75)
    try checkResumes(directory, config)
  }

  @Test("is not read ends at once on a signal while its data is loaded", arguments: StoppedReader.Kind.allCases)
  func loading(kind: StoppedReader.Kind) throws {
    let (directory, reader) = (try TemporaryDirectory(), try StoppedReader(kind))
    let yaml = CommandTests.yaml.replacing("train_count: 1100", with: "train_count: 5000000")
    let run = try Running(
      [try directory.write(yaml, to: "large.yml"), "--output", "run"], in: directory, error: reader.writer,
      untilTaking: SIGTERM)
    run.send(SIGTERM)
    #expect(try run.finish().status == 75)
  }

  /// A log, its effect on a finished run, and the message.
  static let logs: [(arguments: [String], callbacks: String, status: Int32, warning: String)] = [
    (["--log-file", "PIPE"], "[]", 0, "PIPE: cannot be written: it is a pipe without a reader."),
    (["--step-log", "PIPE"], "[]", 1, "PIPE: cannot be written: it is a pipe without a reader."),
    ([], "[{csv_log: {filename: PIPE}}]", 0, "PIPE: cannot be written: it is a pipe without a reader."),
  ]

  @Test("goes to a log that is not read ends, and reports that lines are lost", arguments: logs.indices)
  func log(index: Int) throws {
    let (arguments, callbacks, status, warning) = Self.logs[index]
    let directory = try TemporaryDirectory()
    let pipe = "\(directory.path)/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDWR | O_NONBLOCK)
    defer { close(reader) }
    while write(reader, "x", 1) == 1 {}
    let config = try config(directory, more: "callbacks: \(callbacks.replacing("PIPE", with: pipe))")
    let finished = try Shell.martlet(
      ["train", config, "--max-steps", "40", "--verbose", "0"] + arguments.map { $0.replacing("PIPE", with: pipe) },
      in: directory.path)
    #expect(finished.status == status)
    #expect(
      finished.error.hasPrefix(
        "martlet: warning: \(warning.replacing("PIPE", with: pipe)) Its last lines are lost.\n"), "\(finished.error)")
    #expect(
      try CheckpointStore(directory: "\(directory.path)/checkpoints/small").newestGood().snapshot.state.step
        == 40)
  }

  // MARK: - Terminals

  /// The terminal output of a run of 3 epochs, or of one stopped by a signal.
  private func printed(
    columns: Int = 80, environment: [String: String], arguments: [String] = ["--epochs", "3"], signal: Int32? = nil
  ) throws -> (text: String, error: String) {
    let (directory, terminal) = (try TemporaryDirectory(), try PseudoTerminal(columns: columns))
    // From the start: a run waits a second for who reads its last words, and a busy machine may take longer to begin.
    let screen = terminal.reading()
    let run = try Running(
      [try config(directory), "--output", "run"] + arguments, in: directory, output: terminal.screen,
      error: signal == nil ? nil : terminal.screen,
      environment: ["COLUMNS": "", "NO_COLOR": ""].merging(environment) { $1 })
    if let signal { run.send(signal) }
    let finished = try run.finish()
    let text = try screen.end()
    #expect(finished.status == (signal == nil ? 0 : 75))
    return (text, finished.error)
  }

  /// The text as displayed by a terminal.
  private func withoutEscapes(_ text: String) -> String { text.replacing(#/\u{1b}\[[0-9;]*[A-Za-z]/#, with: "") }

  @Test("is a bar keeps to the width of the terminal", arguments: [20, 40, 80])
  func width(columns: Int) throws {
    let text = try printed(columns: columns, environment: ["TERM": "xterm"]).text
    #expect(text.contains("\u{1b}["))
    let bars = withoutEscapes(text).unicodeScalars.split { $0 == "\r" || $0 == "\n" }.map(String.init)
      .filter { $0.contains("/6 ━") }
    #expect(bars.count >= 3)
    #expect(bars.allSatisfy { $0.count < columns }, "\(bars)")
  }

  @Test("has no escape sequences with NO_COLOR, and nothing is redrawn on a dumb terminal")
  func plain() throws {
    let colorless = try printed(environment: ["TERM": "xterm", "NO_COLOR": "1"]).text
    #expect(!colorless.contains("\u{1b}") && colorless.contains("/6 ━"))
    for environment in [["TERM": "dumb"], ["TERM": ""]] {
      let text = try printed(environment: environment).text
      #expect(!text.contains("\u{1b}") && !text.contains("/6 ━"))
      #expect(!text.replacing("\r\n", with: "").contains("\r"))
      #expect(text.contains(#/6/6 - \d+s - /#))
    }
  }

  @Test("goes to a terminal that is gone ends well")
  func hangUp() throws {
    let (directory, terminal) = (try TemporaryDirectory(), try PseudoTerminal())
    let run = try Running(
      [try config(directory), "--output", "run", "--max-steps", "300"], in: directory, output: terminal.screen,
      environment: ["TERM": "xterm"])
    try terminal.keyboard.close()
    let finished = try run.finish()
    #expect(finished.status == 0)
    #expect(finished.error.isEmpty)
  }

  @Test("is a bar ends that line before another begins", arguments: [SIGINT, SIGTERM])
  func stopLine(signal: Int32) throws {
    let text = try printed(
      environment: ["TERM": "xterm"], arguments: ["--max-steps", "1000000"], signal: signal
    ).text
    let lines = text.unicodeScalars.split { $0 == "\r" || $0 == "\n" }.map(String.init)
    let stopped = #/Stopped by SIG(INT|TERM) after step \d+, in epoch \d+ of 100000\. .*/#
    #expect(lines.last?.wholeMatch(of: stopped) != nil, "\(lines)")
  }
}
