import ArgumentParser
import DurableFiles
import Martlet

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the class of pictures, or of each test sample, with its probabilities, or its values.",
    discussion: """
      INPUTS are pictures (PNG, JPEG) and folders of them, or a file of arrays. Pictures are prepared as the model's \
      training pictures were, and else resized to the model's input; their true label is the folder they are in, if it \
      has the name of a class. Without INPUTS the test data of the run is predicted, of which only the inputs are \
      needed. If targets are available, the true label or the true values \
      are written after the outputs. Without --output, predictions go to standard output as CSV. The outputs are named \
      probabilities after a softmax or for binary_crossentropy, logits if the loss has from_logits, and \
      outputs otherwise. There is no class if the loss is over values, or if there is one output.
      """)

  @OptionGroup var options: CheckpointOptions

  @Argument(help: "Pictures, folders of pictures, or a file of arrays.", completion: .file())
  var inputs: [String] = []

  @Option(parsing: .unconditional, help: "Write only the K most probable classes (.csv and .jsonl).")
  var top: Int?

  @Option(
    help: """
      Output file: .csv, .jsonl, or .h5 or .npz (with 'probabilities', 'logits' or 'outputs', and 'classes' and \
      'labels', or 'targets'; 'files' of pictures; and 'class_names').
      """, completion: .file())
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
    let file = try predicted()
    if let output, let format {
      try file.write(to: output, format: format)
    } else {
      Console.output.write(file.csv)
    }
  }

  /// - Throws: `UsageError` if the inputs are neither pictures nor one file of arrays.
  private func predicted() throws -> PredictionFile {
    guard !inputs.isEmpty else { return try predictTestData(options) }
    if options.dataset.dataset != nil || options.dataset.data != nil {
      throw UsageError("\(inputs[0]): both inputs and a data set (--dataset, --data) are named. Leave out one of them.")
    }
    if let missing = inputs.first(where: { !AtomicFile.exists($0) }) {
      throw UsageError("\(missing): does not exist. Name pictures (PNG, JPEG), folders of them, or a file of arrays.")
    }
    guard let arrays = inputs.first(where: { !PictureInputs.accepts($0) }) else { return try predictPictures() }
    guard inputs.count == 1 else {
      throw UsageError("\(arrays): is not a picture (.png, .jpg, .jpeg). A file of arrays is predicted alone.")
    }
    var options = options
    options.dataset.dataset = arrays
    return try predictTestData(options)
  }

  private func predictTestData(_ options: CheckpointOptions) throws -> PredictionFile {
    let opened = try options.open(for: .predicting)
    if let output { try OutputPath.check(output, "--output", madeOf: opened.data.source.files) }
    let data = try opened.data.judgingData(needsTargets: false).data
    let names = opened.data.configuration.training.classNames ?? data.classNames
    return PredictionFile(
      try predict(data, with: opened.trainer), of: data, files: data.fileNames, classNames: names, top: top)
  }

  private func predict(_ data: Dataset, with trainer: Trainer) throws -> Prediction {
    try options.testTimeAugmentation.map { try trainer.predict(data, $0) } ?? trainer.predict(data)
  }

  private func predictPictures() throws -> PredictionFile {
    let (saved, trainer, context) = try options.openModel(for: .predicting)
    if let output { try OutputPath.check(output, "--output", madeOf: inputs) }
    let training = saved.configuration.training
    let pictures = try PictureInputs(
      inputs, preparation: training.pictures(for: trainer.plan.inputShape), classNames: training.classNames, context)
    return PredictionFile(
      try predict(pictures.data, with: trainer), of: pictures.data, files: pictures.paths,
      classNames: training.classNames,
      top: top)
  }
}
