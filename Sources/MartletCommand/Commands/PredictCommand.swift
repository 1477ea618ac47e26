import ArgumentParser
import Martlet

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the class of pictures, or of each test sample, with its probabilities, or its values.",
    discussion: """
      INPUTS are pictures (PNG, JPEG) and folders of them: they are prepared as the model's training pictures were, and \
      else resized to the model's input. The true label is that of the folder, if it has the name of a class. Without \
      INPUTS the test data of the run is predicted, of which only the inputs are needed. If targets are available, the true label or the true values \
      are written after the outputs. Without --output, predictions go to standard output as CSV. The outputs are named \
      probabilities after a softmax or for binary_crossentropy, logits if the loss has from_logits, and \
      outputs otherwise. There is no class if the loss is over values, or if there is one output.
      """)

  @OptionGroup var options: CheckpointOptions

  @Argument(help: "Pictures, or folders of pictures.")
  var inputs: [String] = []

  @Option(parsing: .unconditional, help: "Write only the K most probable classes (.csv and .jsonl).")
  var top: Int?

  @Option(
    help: """
      Output file: .csv, .jsonl, or .h5 or .npz (with 'probabilities', 'logits' or 'outputs', and 'classes' and \
      'labels', or 'targets').
      """)
  var output: String?

  func run() throws {
    let format = try output.map(PredictionFile.Format.init)
    let named = [options.checkpoint, options.dataset.config, options.dataset.architecture].compactMap { $0 }
    if let output { try OutputPath.check(output, "--output", madeOf: named) }
    if let top, top < 1 { throw UsageError("--top must be at least 1. Received: \(top)") }
    if top != nil, format == .hdf5 || format == .npz {
      throw UsageError("--top: arrays hold all outputs. Use it with .csv or .jsonl.")
    }
    if let output, format == .csv { try OutputPath.checkTable(output, "--output") }
    let file = try inputs.isEmpty ? predictTestData() : predictPictures()
    if let output, let format {
      try file.write(to: output, format: format)
    } else {
      Console.output.write(file.csv)
    }
  }

  private func predictTestData() throws -> PredictionFile {
    let opened = try options.open(for: .predicting)
    if let output { try OutputPath.check(output, "--output", madeOf: opened.source.files) }
    let data = try opened.judgingData(needsTargets: false).data
    let names = opened.configuration.training.classNames ?? data.classNames
    return PredictionFile(try opened.trainer.predict(data), of: data, classNames: names, top: top)
  }

  private func predictPictures() throws -> PredictionFile {
    let (saved, trainer, context) = try options.openModel(for: .predicting)
    if let output { try OutputPath.check(output, "--output", madeOf: inputs) }
    let training = saved.configuration.training
    let pictures = try PictureInputs(
      inputs, preparation: training.pictures(for: trainer.plan.inputShape), classNames: training.classNames, context)
    return PredictionFile(
      try trainer.predict(pictures.data), of: pictures.data, files: pictures.paths, classNames: training.classNames,
      top: top)
  }
}
