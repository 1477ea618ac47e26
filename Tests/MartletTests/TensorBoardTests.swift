import Foundation
import TestSupport
import Testing

@Suite("TensorBoard")
struct TensorBoardTests {
  private static let yaml = """
    name: board
    data: {dataset: digits, train_count: 1100, test_count: 200}
    model:
      - conv2d: {filters: 6, kernel_size: [5, 5], activation: relu}
      - max_pooling2d: {pool_size: 4}
      - flatten
      - dense: {units: 10, activation: softmax}
    compile: {metrics: [accuracy, confusion_matrix, {name: f1_score, average: null}]}
    fit: {epochs: 5, batch_size: 200}
    checkpoints: {every_epochs: 1, keep_last: 9}

    """

  @Test("reads every tag of a run that was stopped, killed after its last checkpoint, and resumed", .python)
  func reading() throws {
    let directory = try TemporaryDirectory()
    let options = "histogram_freq: 1, write_images: true, write_steps_per_second: true, update_freq: epoch, mistakes: 4"
    let callbacks = "callbacks: [tensorboard: {directory: logs, \(options)}]\n"
    let config = try directory.write(Self.yaml + callbacks, to: "board.yml")
    let plain = try directory.write(Self.yaml, to: "plain.yml")
    func martlet(_ arguments: [String]) throws -> Finished {
      let finished = try Shell.martlet(arguments, in: directory.path)
      #expect((finished.status, finished.fault) == (0, ""), "\(arguments)")
      return finished
    }
    _ = try martlet(["train", config, "--output", "run", "--max-steps", "15"])
    _ = try martlet(["train", config, "--output", "run", "--resume"])
    // As if it had been killed before the checkpoints of its last two epochs.
    for name in ["step-00000024", "step-00000030", "latest", "best"] {
      try FileManager.default.removeItem(atPath: "\(directory.path)/run/\(name).weights.h5")
    }
    _ = try martlet(["train", config, "--output", "run", "--resume"])
    _ = try martlet(["train", plain, "--output", "plain"])
    // The bits are those of a run without it.
    let last = "step-00000030.weights.h5"
    #expect(try martlet(["diff", "run/\(last)", "plain/\(last)"]).output.hasPrefix("the same: "))
    _ = try directory.write(martlet(["inspect", "run/\(last)", "--format", "json"]).output, to: "inspected.json")
    let checked = try Python.run(
      ["\(Shell.root)/Tests/MartletTests/Python/check_tensorboard.py", directory.path], in: directory.path)
    #expect(checked.status == 0, "\(checked.output)\(checked.error)")
    #expect(checked.output.hasSuffix("TensorBoard reads every tag\n"))
  }

  private static let mistakes: [(options: String, message: String)] = [
    ("{}", "callbacks[0].tensorboard: the key 'directory' is missing."),
    ("{directory: logs, write_graph: false}", "unknown key 'write_graph'"),
    ("{log_dir: logs}", "unknown key 'log_dir'"),
    (
      "{directory: logs, update_freq: batch}",
      "callbacks[0].tensorboard.update_freq: expected epoch, the only one supported (train --step-log writes the loss of "
        + "each step)"
    ),
    ("{directory: logs, update_freq: 100}", "callbacks[0].tensorboard.update_freq: expected epoch, the only"),
    (
      "{directory: logs, write_images: true}",
      "callbacks[0].tensorboard.write_images: the pictures of weights are written with their histograms: set "
        + "histogram_freq too."
    ),
    ("{directory: logs, histogram_freq: -1}", "tensorboard.histogram_freq: expected an integer of 0 or more"),
    ("{directory: logs, mistakes: 101}", "callbacks[0].tensorboard.mistakes: expected an integer from 0 to 100"),
    ("{directory: board.yml}", "callbacks.tensorboard.directory board.yml: it is not a directory."),
  ]

  @Test("refuses options that are not supported or contradict each other", arguments: mistakes.indices)
  func refusals(index: Int) throws {
    let (options, message) = Self.mistakes[index]
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml + "callbacks: [tensorboard: \(options)]\n", to: "board.yml")
    let refused = try Shell.martlet(["train", config], in: directory.path)
    #expect(refused.status == 2)
    #expect(refused.error.contains(message) && refused.error.hasPrefix("martlet: "), "\(refused.error)")
    #expect(directory.names == ["board.yml"])
  }

  @Test("is among what a dry run would write")
  func dryRun() throws {
    let directory = try TemporaryDirectory()
    let config = try directory.write(Self.yaml + "callbacks: [tensorboard: logs]\n", to: "board.yml")
    let finished = try Shell.martlet(["train", config, "--dry-run"], in: directory.path)
    #expect((finished.status, finished.error) == (0, ""))
    #expect(finished.output.contains("\n  logs/{train,validation}: event files for TensorBoard\n"))
    #expect(finished.output.contains("- {tensorboard: {directory: logs, histogram_freq: 0, write_images: false"))
    #expect(directory.names == ["board.yml"])
  }
}
