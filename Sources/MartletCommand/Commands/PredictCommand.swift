import ArgumentParser
import Martlet

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Ask a trained model for the class and the probabilities of each test sample.",
    discussion: """
      Without --output the answers go to the standard output, as CSV. They are called probabilities behind a softmax,
      logits if the loss takes them so (from_logits), and outputs otherwise.
      """)

  @OptionGroup var options: CheckpointOptions

  @Option(
    help: "Write to this file: .csv, or .h5 or .npz (with 'probabilities', or 'logits' or 'outputs', and 'classes').")
  var output: String?

  func run() throws {
    let format = try output.map(PredictionFile.Format.init)
    let (trainer, test) = try options.load(for: .predicting)
    let prediction = try trainer.predict(test)
    if let output, let format {
      try PredictionFile.write(prediction, to: output, format: format)
    } else {
      Console.output.write(PredictionFile.csv(prediction))
    }
  }
}
