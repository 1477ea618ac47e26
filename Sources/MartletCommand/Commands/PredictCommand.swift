import ArgumentParser
import Martlet

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the class and the class probabilities of each test sample.",
    discussion: """
      Only the images of the test data are needed. Where their labels are there, too, the true label is written after \
      the outputs. Without --output the predictions go to the standard output, as CSV. They are called probabilities \
      after a softmax, logits if the loss takes them so (from_logits), and outputs otherwise. Of a model with one output \
      there is no class.
      """)

  @OptionGroup var options: CheckpointOptions

  @Option(
    help: """
      Write to this file: .csv, or .h5 or .npz (with 'probabilities', or 'logits' or 'outputs', and 'classes' and \
      'labels').
      """)
  var output: String?

  func run() throws {
    let format = try output.map(PredictionFile.Format.init)
    if let output { try OutputPath.check(output, "--output", madeOf: options.checkpoint) }
    let (trainer, source, context) = try options.open(for: .predicting)
    let images = try source.loadImages(.test, context)
    let prediction = try trainer.predict(images)
    if let output, let format {
      try PredictionFile.write(prediction, labels: images.labels, to: output, format: format)
    } else {
      Console.output.write(PredictionFile.csv(prediction, labels: images.labels))
    }
  }
}
