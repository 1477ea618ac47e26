import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("A dry run")
struct DryRunTests {
  /// All files below a directory, with their bytes.
  private static func contents(_ directory: TemporaryDirectory) throws -> [String: Data] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
    let files = names.map { ($0, FileManager.default.contents(atPath: "\(directory.path)/\($0)") ?? Data()) }
    return Dictionary(uniqueKeysWithValues: files)
  }

  /// Runs `train --dry-run`, and expects that it changes no file.
  private static func dryRun(_ arguments: [String], in directory: TemporaryDirectory) throws -> Finished {
    let before = try contents(directory)
    let home = try TemporaryDirectory()
    let finished = try Shell.martlet(
      ["train", "small.yml", "--dry-run"] + arguments,
      environment: ["HOME": home.path, "XDG_CACHE_HOME": home.path, "MARTLET_DATA": ""], in: directory.path)
    #expect(try contents(directory) == before)
    #expect(home.names.isEmpty)
    return finished
  }

  @Test("shows the configuration, the layers, the needs of the run and what it would write, and writes nothing")
  func report() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(CommandTests.yaml + "\ncallbacks: [csv_log: small.csv]\n", to: "small.yml")
    let finished = try Self.dryRun(
      ["--set", "fit.epochs=3", "--workers", "2", "--log-file", "run.jsonl", "--step-log", "steps.csv"], in: directory)
    #expect((finished.status, finished.error) == (0, ""))
    let lines = finished.output.split(separator: "\n").map(String.init)
    // The configuration with every option, as a file could have it.
    #expect(lines.first == "name: small")
    #expect(lines.contains("fit: {epochs: 3, batch_size: 200, shards: 8, shuffle: true, seed: 1, on_nonfinite: stop}"))
    #expect(lines.contains { $0.contains("conv2d (Conv2D)") && $0.contains("(None, 24, 24, 4)") && $0.contains("104") })
    #expect(lines.contains { $0.hasPrefix(" Total params: 11,854 (46.30 KB)") })
    #expect(lines.contains { $0.hasPrefix("Data: digits - 1,100 + 200 samples of 28x28x1 - workers: 2 - shards: 8") })
    #expect(lines.contains("Start: a new run, at step 0."))
    let memory =
      #/Memory: at most \d+\.\d MB for weights, optimizer, checkpoints and 2 workers, 1\.0 MB for the data; this dry run used \d+\.\d MB in total, the program included\./#
    #expect(lines.contains { $0.wholeMatch(of: memory) != nil })
    let time =
      #/Time: \S+ m?s per epoch \(6 steps of \S+ m?s, validation \S+ m?s; measured on \d+ steps\), \S+ m?s for the 18 .*/#
    #expect(lines.contains { $0.wholeMatch(of: time) != nil }, "\(lines)")
    let files =
      #/  checkpoints/small/step-\*\.weights\.h5: \d+\.\d KB each, every epoch and every 10 minutes; the last 3 and .*/#
    #expect(lines.contains { $0.wholeMatch(of: files) != nil }, "\(lines)")
    #expect(
      lines.suffix(4) == [
        "  small.csv: a line per epoch", "  steps.csv: a line per step",
        "  run.jsonl: events, appended as JSON lines", "Nothing was written.",
      ])
  }

  @Test("says how many workers have samples in a step")
  func workers() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(CommandTests.yaml, to: "small.yml")
    for (arguments, expected) in [
      (["--workers", "16"], " - workers: 16 - shards: 8 - "), (["--workers", "9"], " - workers: 9 (8 with samples"),
      (["--workers", "16", "--batch-size", "10"], " - workers: 16 (10 with samples in a step) - shards: 8 - "),
    ] {
      let finished = try Self.dryRun(arguments, in: directory)
      #expect(finished.output.contains(expected), "\(finished.output) \(finished.error)")
    }
  }

  @Test("shows where the run would start, and is refused where the run would be")
  func start() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    func start(_ arguments: [String]) throws -> String {
      let finished = try Self.dryRun(arguments, in: directory)
      #expect((finished.status, finished.error) == (0, ""))
      return finished.output.split(separator: "\n").first { $0.hasPrefix("Start: ") }.map(String.init) ?? ""
    }
    #expect(try start(["--resume-or-start"]) == "Start: a new run, at step 0.")
    #expect(try Shell.martlet(["train", config, "--max-steps", "7"], in: directory.path).status == 0)
    let file = "checkpoints/small/step-00000007.weights.h5"
    #expect(try start(["--resume"]) == "Start: resumes from \(file), at step 7, in epoch 2 of 2.")
    #expect(try start(["--resume-or-start"]) == "Start: resumes from \(file), at step 7, in epoch 2 of 2.")
    #expect(
      try start(["--overwrite"]) == "Start: a new run, at step 0; 2 checkpoints of checkpoints/small would be removed.")
    #expect(try start(["--output", "other/run"]) == "Start: a new run, at step 0.")
    #expect(try Shell.martlet(["train", config, "--resume"], in: directory.path).status == 0)
    let done = try Self.dryRun(["--resume"], in: directory)
    #expect(done.output.contains("step 12: the run is finished, no steps are left.\n"))
    #expect(done.output.contains("Time: none, no steps are left.\n"))
  }

  /// Arguments with which the run does not start, its exit code and its message, which the dry run shares.
  static let refusals: [(arguments: [String], status: Int32)] = [
    ([], 2),
    (["--overwrite", "--batch-size", "99999"], 2),
    (["--resume", "--batch-size", "100"], 2),
    (["--resume", "--seed", "9"], 2),
    (["--set", "fit.epoch=3"], 2),
    (["--overwrite", "--verbose", "9"], 2),
    (["--overwrite", "--end-signals", "NONE"], 2),
    (["--overwrite", "--set", "data={dataset: idx, train_images: a, train_labels: b, test_images: c}"], 1),
    (["--overwrite", "--step-log", "/nowhere/steps.csv"], 1),
    (["--overwrite", "--step-log", "/proc/steps.csv"], 1),
    (["--overwrite", "--step-log", "small.yml"], 2),
    (["--overwrite", "--log-file", "small.yml"], 2),
    (["--overwrite", "--initial-weights", "."], 2),
    (["--resume", "."], 2),
    (["--output", "/proc/x"], 1),
    (["--output", "/proc/self/x/y"], 1),
    (["--output", "small.yml"], 1),
    (["--output", "small.yml/below"], 1),
    (["--resume", "/nowhere.weights.h5"], 1),
    (["--overwrite", "--set", "model=[flatten]"], 2),
    (["--overwrite", "--set", "model=[flatten, dense: 5]"], 2),
    (["--overwrite", "--set", "checkpoints.fallback_directory=checkpoints/small"], 2),
    (["--overwrite", "--time-limit", "1s"], 2),
  ]

  @Test("fails like a run that cannot start", arguments: refusals.indices)
  func refusal(index: Int) throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    #expect(try Shell.martlet(["train", config, "--max-steps", "1"], in: directory.path).status == 0)
    let (arguments, status) = Self.refusals[index]
    let dry = try Self.dryRun(arguments, in: directory)
    let real = try Shell.martlet(["train", config] + arguments, in: directory.path)
    #expect((dry.status, real.status) == (status, status), "\(dry.error)\(real.error)")
    // How much time is left differs from run to run.
    if !arguments.contains("--time-limit") { #expect(dry.error == real.error.replacing(config, with: "small.yml")) }
    #expect(dry.output.isEmpty)
  }

  @Test("warns of unwritable logs and of an unwritable fallback directory")
  func unwritable() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(CommandTests.yaml + "\ncallbacks: [csv_log: /proc/epochs.csv]\n", to: "small.yml")
    let finished = try Self.dryRun(
      ["--log-file", "/nowhere/run.jsonl", "--set", "checkpoints.fallback_directory=/proc/x"], in: directory)
    #expect(finished.status == 0)
    let places = ["/nowhere/run.jsonl", "/proc/epochs.csv", "/proc/x"]
    let lines = finished.error.split(separator: "\n")
    #expect(lines.count == 3)
    for (line, place) in zip(lines, places) { #expect(line.hasPrefix("martlet: warning: \(place): cannot be created")) }
  }

  @Test("names the run that has locked the directory")
  func locked() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(CommandTests.yaml, to: "small.yml")
    try FileManager.default.createDirectory(atPath: "\(directory.path)/run", withIntermediateDirectories: true)
    let lock = try DirectoryLock("\(directory.path)/run")
    let finished = try Self.dryRun(["--output", "run"], in: directory)
    withExtendedLifetime(lock) {}
    #expect(finished.status == 1)
    #expect(finished.error.hasPrefix("martlet: run: cannot be locked: another run is writing to it: process "))
  }

  @Test("downloads nothing: without the data it measures on generated digits")
  func missingData() throws {
    let directory = try TemporaryDirectory()
    let yaml = CommandTests.yaml.replacing(#/dataset: digits.*}/#, with: "dataset: mnist}")
    _ = try directory.write(yaml, to: "small.yml")
    let finished = try Self.dryRun([], in: directory)
    #expect(finished.status == 0)
    #expect(finished.error.hasPrefix("martlet: note: mnist is not on this machine, and would be downloaded."))
    #expect(finished.output.contains("\ndata: {dataset: mnist, scale: 255.0}\n"))
    #expect(finished.output.contains("Time: ") && finished.output.contains("(300 steps of "))
  }
}
