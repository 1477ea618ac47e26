import ArgumentParser
import Martlet

/// For people or for scripts.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Evaluate a trained model on the test data of its run.",
    discussion: "Only the test data is needed: images and labels.")

  @OptionGroup var options: CheckpointOptions

  @Option(help: "text or json.")
  var format: OutputFormat = .text

  func run() throws {
    let (trainer, source, context) = try options.open(for: .evaluating)
    let evaluation = try trainer.evaluate(try source.load(.test, context))
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
