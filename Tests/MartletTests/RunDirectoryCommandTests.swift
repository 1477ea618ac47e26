import Foundation
import Martlet
import TestSupport
import Testing

@Suite("A run's directory that was copied or replaced")
struct RunDirectoryCommandTests {
  /// A run of 4 epochs of 6 steps. Its loss becomes smaller with each.
  private func prepared() throws -> (directory: TemporaryDirectory, config: String) {
    let directory = try TemporaryDirectory()
    let yaml = """
      \(CommandTests.yaml.replacing("epochs: 2", with: "epochs: 4"))
      checkpoints: {directory: run, keep_last: 1, keep_best: loss}
      """
    return (directory, try directory.write(yaml, to: "small.yml"))
  }

  private func succeed(_ arguments: [String], in directory: TemporaryDirectory) throws -> String {
    let finished = try Shell.martlet(arguments, in: directory.path)
    #expect(finished.status == 0, "\(arguments): \(finished.error)")
    #expect(finished.error.isEmpty)
    return finished.output
  }

  private func names(_ directory: TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/run").sorted()
  }

  @Test("gives its best and its latest checkpoint also without links, and is resumed")
  func withoutLinks() throws {
    let (directory, config) = try prepared()
    _ = try succeed(["train", config, "--max-steps", "14"], in: directory)
    let links = ["latest", "best"].map { "run/\($0).weights.h5" }
    let before = try links.map { try succeed(["evaluate", $0], in: directory) }
    for link in links { try FileManager.default.removeItem(atPath: "\(directory.path)/\(link)") }
    let files = try names(directory)
    #expect(files == ["step-00000012.weights.h5", "step-00000014.weights.h5"])
    #expect(try links.map { try succeed(["evaluate", $0], in: directory) } == before)
    #expect(try succeed(["inspect", "--verify", links[1]], in: directory).contains(": good: step 12, "))
    // From the name of a missing link, too.
    _ = try succeed(["train", config, "--resume", links[0], "--max-steps", "15"], in: directory)
    #expect(
      try names(directory)
        == ["best.weights.h5", "latest.weights.h5", "step-00000012.weights.h5", "step-00000015.weights.h5"])
    let missing = try Shell.martlet(["evaluate", "nowhere/best.weights.h5"], in: directory.path)
    #expect(missing.status == 1)
    #expect(missing.error == "martlet: nowhere/best.weights.h5: cannot be read: No such file or directory.\n")
  }

  @Test("keeps the old run if the new one is killed before its first checkpoint")
  func killedOverwriting() throws {
    let (directory, config) = try prepared()
    _ = try succeed(["train", config, "--max-steps", "14"], in: directory)
    let before = try names(directory)
    // No checkpoint comes before the process is killed.
    let yaml = CommandTests.yaml.replacing("epochs: 2", with: "epochs: 99998")
    let rare = "checkpoints: {directory: run, every_epochs: 99999, every_minutes: null, keep_best: null}"
    _ = try directory.write("\(yaml)\n\(rare)", to: "long.yml")
    let run = try Running(["long.yml", "--overwrite", "--step-log", "steps.csv"], in: directory, untilTaking: SIGTERM)
    // Steps are made, so the directory was prepared.
    try run.wait { (try? directory.text("steps.csv").split(separator: "\n").count) ?? 0 > 1 }
    run.send(SIGKILL)
    #expect(try run.finish().status == -SIGKILL)
    #expect(try names(directory).filter { $0.hasSuffix(".h5") } == before)
    #expect(
      try succeed(["train", config, "--resume", "--max-steps", "15"], in: directory).contains("Resumed at step 14"))
  }

  @Test("is unchanged if an import over it cannot be saved")
  func failedImport() throws {
    let (directory, config) = try prepared()
    _ = try succeed(["train", config, "--max-steps", "3"], in: directory)
    let before = try names(directory)
    var model = try Checkpoint(path: "\(directory.path)/run/latest.weights.h5").model
    model.weights[0] = Snapshot.Variable(
      path: model.weights[0].path, shape: model.weights[0].shape,
      values: model.weights[0].values.map { _ in Float.nan })
    let saved = try Checkpoint(importing: model, origin: "nan.keras")
    for output in ["run", "new"] {
      #expect {
        try saved.write(toDirectory: "\(directory.path)/\(output)", overwrite: true)
      } throws: {
        "\($0)" == "the state after step 3 was not written: conv2d/kernel has NaN or infinite values."
      }
    }
    #expect(try names(directory) == before)
    #expect(directory.names == ["run", "small.yml"])
  }
}
