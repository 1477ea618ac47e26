import ArgumentParser
import Martlet

/// For people or for scripts.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// What commands that ask a trained model have in common.
struct CheckpointOptions: ParsableArguments {
  @Argument(help: "A checkpoint (*.weights.h5).")
  var checkpoint: String

  @Option(help: "The directory of the data set's files.")
  var data: String?

  @Option(parsing: .unconditional, help: "Threads to compute on (default: the cores this process may use).")
  var workers: Int?

  /// The trained model and the data that its run was validated on.
  func load() throws -> (trainer: Trainer, test: Dataset) {
    let surroundings = try Surroundings.training(workers: workers, isSilent: false)
    let saved = try SavedRun(path: checkpoint)
    guard var source = saved.configuration.source else {
      throw WrongUse(
        "\(checkpoint) does not say which data set it was trained on, so there is nothing to ask it about.")
    }
    if let data { source = try source.required(inDirectory: data) }
    let trainer = try Trainer(
      saved, workerCount: surroundings.workerCount, instructionSet: surroundings.instructionSet)
    return (trainer, try source.load(surroundings.dataset).test)
  }
}

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measure a trained model on the test data of its run.")

  @OptionGroup var options: CheckpointOptions

  @Option(help: "text or json.")
  var format: OutputFormat = .text

  func run() throws {
    let (trainer, test) = try options.load()
    let evaluation = try trainer.evaluate(test)
    switch format {
    case .text: Console.output.write(Self.line(evaluation) + "\n")
    case .json: Console.output.write(Self.json(evaluation) + "\n")
    }
  }

  /// `Test loss: 0.0456 - Test accuracy: 0.9861`
  static func line(_ evaluation: Evaluation) -> String {
    evaluation.values.map { "Test \($0.name): \(NumberFormat.metric($0.value))" }.joined(separator: " - ")
  }

  private static func json(_ evaluation: Evaluation) -> String {
    let values = evaluation.values.map { ConfigurationEntry($0.name, ConfigurationNode(.number($0.value))) }
    return ConfigurationNode(
      mapping: values + [ConfigurationEntry("samples", ConfigurationNode(.integer(evaluation.samples)))]
    ).json
  }
}
