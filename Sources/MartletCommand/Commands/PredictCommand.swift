import ArgumentParser
import Martlet

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the class and the class probabilities of each test sample, or its values.",
    discussion: """
      Only the inputs of the test data are needed. If targets are available, the true label or the true values \
      are written after the outputs. Without --output, predictions go to standard output as CSV. The outputs are named \
      probabilities after a softmax or for binary_crossentropy, logits if the loss has from_logits, and \
      outputs otherwise. There is no class if the loss is over values, or if there is one output.
      """)

  @OptionGroup var options: CheckpointOptions

  @Option(
    help: """
      Output file: .csv, or .h5 or .npz (with 'probabilities', 'logits' or 'outputs', and 'classes' and \
      'labels', or 'targets').
      """)
  var output: String?

  func run() throws {
    let format = try output.map(PredictionFile.Format.init)
    let named = [options.checkpoint, options.dataset.config, options.dataset.architecture].compactMap { $0 }
    if let output { try OutputPath.check(output, "--output", madeOf: named) }
    if let output, format == .csv { try OutputPath.checkTable(output, "--output") }
    let opened = try options.open(for: .predicting)
    if let output, let file = (opened.source as? NPZSource)?.file {
      try OutputPath.check(output, "--output", madeOf: [file])
    }
    let data = try opened.judgingData(needsTargets: false).data
    let file = PredictionFile(try opened.trainer.predict(data), of: data)
    if let output, let format {
      try file.write(to: output, format: format)
    } else {
      Console.output.write(file.csv)
    }
  }
}
