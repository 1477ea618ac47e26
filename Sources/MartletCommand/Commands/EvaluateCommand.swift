import ArgumentParser
import Martlet

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Evaluate a trained model on the test data of its run.",
    discussion: """
      Only the test data is needed: inputs and targets. A run without test data is evaluated on its \
      validation split. With --dataset it is evaluated on other data: on its test part, or on all of it if it has none.
      """)

  @OptionGroup var options: CheckpointOptions

  @Option(help: "Output format: text or json.")
  var format: OutputFormat = .text

  func run() throws {
    let opened = try options.open(for: .evaluating)
    let (data, isTest) = try opened.data.judgingData(needsTargets: true)
    let evaluation =
      try options.testTimeAugmentation.map { try opened.trainer.evaluate(data, $0) }
      ?? opened.trainer.evaluate(data)
    switch format {
    case .text:
      Console.output.write(Self.text(evaluation, isTest: isTest, of: opened.trainer.configuration) + "\n")
    case .json: Console.output.write(Self.json(evaluation) + "\n")
    }
  }

  /// `Test loss: 0.0456 - Test accuracy: 0.9861`, and below it the metrics that are arrays.
  ///
  /// - Parameters:
  ///   - isTest: whether the evaluation is of the test data, not the validation data.
  ///   - configuration: that of the run.
  static func text(
    _ evaluation: Evaluation, isTest: Bool = true, of configuration: TrainingConfiguration
  ) -> String {
    let part = isTest ? "Test" : "Validation"
    let numbers = evaluation.values.map { "\(part) \($0.name): \(NumberFormat.metric($0.value))" }
    let arrays = evaluation.arrays.flatMap { configuration.lines(of: $0.name, $0.value, part: "\(part) ") }
    return ([numbers.joined(separator: " - ")] + arrays).joined(separator: "\n")
  }

  private static func json(_ evaluation: Evaluation) -> String {
    let values = evaluation.results.map { ConfigurationEntry($0.name, $0.value.node) }
    return ConfigurationNode(
      mapping: values + [ConfigurationEntry("samples", ConfigurationNode(.integer(evaluation.samples)))]
    ).json
  }
}
