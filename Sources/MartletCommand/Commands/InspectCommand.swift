import ArgumentParser
import Martlet

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract:
      "Show a checkpoint's contents: model, optimizer, progress of the run, history; or describe a Keras model."
  )

  @Argument(
    help: """
      A run's directory (its best checkpoint, or else its latest), a checkpoint (*.weights.h5), or a Keras model \
      (.keras, .h5, .weights.h5, .json).
      """, completion: .file())
  var checkpoint: String

  @Option(help: "Output format: text or json.")
  var format: OutputFormat = .text

  @Flag(help: "Only verify that every byte is as written, and that a run can resume from it.")
  var verify = false

  func run() throws {
    if verify { return try verifyAll() }
    let path = try RunPath.checkpoint(checkpoint)
    let saved: Checkpoint
    do {
      saved = try Checkpoint(path: path)
    } catch CheckpointError.foreign {
      return try show(KerasModelFile(path: path).summary())
    }
    switch format {
    case .text: Console.output.write(try text(saved) + "\n")
    case .json: Console.output.write(json(saved) + "\n")
    }
  }

  /// Verifies the file, or each checkpoint in the directory.
  ///
  /// - Throws: the error of the last bad one, once all are checked.
  private func verifyAll() throws {
    var failure: (any Error)?
    for path in try RunPath.checkpoints(checkpoint) {
      do {
        // Its configuration and variables too: a checkpoint that no run can resume from is not good.
        let saved = try Checkpoint(path: path)
        Console.output.write(verdict(try CheckpointStore.verify(saved.path), path) + "\n")
      } catch {
        if let failure { Console.error.write("martlet: \(failure)\n") }
        failure = error
      }
    }
    if let failure { throw failure }
  }

  private func show(_ summary: KerasModelSummary) {
    switch format {
    case .text: Console.output.write("\(summary)\n")
    case .json: Console.output.write("\(summary.configuration.json)\n")
    }
  }

  private func verdict(_ file: VerifiedFile, _ path: String) -> String {
    guard format == .json else {
      return "\(path): good: step \(file.step), \(file.bytes) bytes, SHA-256 \(file.digest)"
    }
    return ConfigurationNode(mapping: [
      ConfigurationEntry("good", true), ConfigurationEntry("step", ConfigurationNode(.integer(file.step))),
      ConfigurationEntry("bytes", ConfigurationNode(.integer(file.bytes))),
      ConfigurationEntry("sha256", ConfigurationNode(.string(file.digest))),
    ]).json
  }

  private func text(_ saved: Checkpoint) throws -> String {
    let training = saved.configuration.training
    let state = saved.snapshot.state
    let plan = try training.model.plan(inputShape: saved.run.inputShape)
    let options = training.optimizer.allOptions.map { "\($0.key): \($0.node.json)" }.joined(separator: ", ")
    let lines = [
      plan.summary(optimizer: training.optimizer),
      "Run: \(saved.configuration.name) - seed: \(training.seed) - batch size: \(training.batchSize)"
        + " - shards: \(training.shards)",
      "Optimizer: \(type(of: training.optimizer).className) (\(options))",
      "Epochs done: \(state.epoch) of \(training.epochs) - steps done: \(state.step)"
        + " - steps in the current epoch: \(state.stepInEpoch)",
      "Learning rate: \(state.learningRate)",
    ]
    let initial = saved.run.initialWeights.map { ["Initial weights: \($0)"] } ?? []
    return (lines + initial + (state.history.count > 0 ? [HistoryTable(state.history, training).text] : [])).joined(
      separator: "\n")
  }

  private func json(_ saved: Checkpoint) -> String {
    let state = saved.snapshot.state
    func integer(_ key: String, _ value: Int) -> ConfigurationEntry {
      ConfigurationEntry(key, ConfigurationNode(.integer(value)))
    }
    return ConfigurationNode(mapping: [
      ConfigurationEntry("name", ConfigurationNode(.string(saved.configuration.name))),
      integer("epoch", state.epoch),
      integer("step", state.step),
      integer("step_in_epoch", state.stepInEpoch),
      integer("parameters", saved.parameterCount),
      ConfigurationEntry("learning_rate", ConfigurationNode(.number(Double("\(state.learningRate)") ?? .nan))),
      integer("seed", Int(saved.configuration.training.seed)),
      ConfigurationEntry("history", HistoryTable(state.history, saved.configuration.training).node),
    ]).json
  }
}
