import Foundation
import Martlet
import TestSupport
import Testing

@Suite("Commands with a checkpoint whose weights do not match its model")
struct HostileCheckpointCommandTests {
  /// A run, and a checkpoint `bad.weights.h5` with a valid digest whose last kernel lacks a row.
  private func prepared() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let config = try directory.write(CommandTests.yaml, to: "small.yml")
    #expect(
      try Shell.martlet(["train", config, "--output", "run", "--max-steps", "3"], in: directory.path).status == 0)
    var bad = try Checkpoint(path: "\(directory.path)/run/latest.weights.h5")
    let index = try #require(bad.snapshot.parameters.lastIndex { $0.shape.dimensions.count == 2 })
    let kernel = bad.snapshot.parameters[index]
    let shape: Shape = [kernel.shape.dimensions[0] - 1, kernel.shape.dimensions[1]]
    bad.snapshot.parameters[index] = Snapshot.Variable(
      path: kernel.path, shape: shape, values: Array(kernel.values.prefix(shape.count)))
    let plan = try bad.configuration.training.model.plan(inputShape: bad.run.inputShape)
    try bad.write(to: "\(directory.path)/bad.weights.h5", plan: plan)
    return directory
  }

  static let commands: [[String]] =
    [
      ["inspect", "bad.weights.h5"], ["inspect", "bad.weights.h5", "--verify"],
      ["inspect", "bad.weights.h5", "--format", "json"], ["evaluate", "bad.weights.h5"], ["predict", "bad.weights.h5"],
      ["train", "small.yml", "--output", "other", "--resume", "bad.weights.h5"],
    ] + ExportFormat.allCases.map { ["export", "bad.weights.h5", "out.\($0.rawValue)"] }
    + ["npz", "safetensors"].map { ["export", "bad.weights.h5", "out.\($0)", "--layout", "torch"] }

  @Test("report that in one line, with exit code 1, and write nothing")
  func refusal() throws {
    let directory = try prepared()
    let before = directory.names
    for arguments in Self.commands {
      let finished = try Shell.martlet(arguments, in: directory.path)
      #expect(finished.status == 1, "\(arguments): \(finished.error)")
      #expect(finished.output.isEmpty)
      #expect(
        finished.error.hasPrefix("martlet: bad.weights.h5: is malformed: dense"), "\(arguments): \(finished.error)")
      #expect(finished.error.split(separator: "\n").count == 1, "\(arguments): \(finished.error)")
    }
    #expect(directory.names == before)
  }

  @Test("skip it when they resume, and use the previous checkpoint")
  func resuming() throws {
    let directory = try prepared()
    try FileManager.default.copyItem(
      atPath: "\(directory.path)/bad.weights.h5", toPath: "\(directory.path)/run/step-00000009.weights.h5")
    let resumed = try Shell.martlet(["train", "small.yml", "--output", "run", "--resume"], in: directory.path)
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(resumed.error.contains("warning: skipped run/step-00000009.weights.h5: is malformed: dense"))
    let last = try CheckpointStore(directory: "\(directory.path)/run").newestGood()
    #expect(last.snapshot.state.epoch == 2)
  }
}
