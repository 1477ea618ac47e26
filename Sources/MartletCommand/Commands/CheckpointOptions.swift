import ArgumentParser
import Martlet

/// What commands that ask a trained model have in common.
struct CheckpointOptions: ParsableArguments {
  @Argument(
    help: """
      A run's directory (its best checkpoint, or else its latest), a checkpoint (*.weights.h5), or a model of Keras' \
      (.keras, .h5).
      """)
  var checkpoint: String

  @OptionGroup var dataset: DatasetOptions

  @Option(parsing: .unconditional, help: "Threads to compute on (default: the cores this process may use).")
  var workers: Int?

  /// Opens the trained model.
  func open(for purpose: KerasModelFile.Purpose) throws -> OpenedModel {
    let surroundings = try Surroundings.training(workers: workers, isSilent: false)
    let saved = try dataset.opening(for: purpose).open(try RunPath.checkpoint(checkpoint))
    guard let source = try dataset.source(of: saved) else {
      throw WrongUse(
        "\(checkpoint) does not say which data set it was trained on, so there is nothing to ask it about. "
          + "Name one by --dataset, or a run by --config.")
    }
    let trainer = try Trainer(
      saved, workerCount: surroundings.workerCount, instructionSet: surroundings.instructionSet)
    guard trainer.plan.outputShape.dimensions.count == 1 else {
      throw ModelFileError(
        file: checkpoint,
        .unusable(reason: "its output has the shape \(trainer.plan.outputShape), not a value for each class"))
    }
    return OpenedModel(
      trainer: trainer, configuration: saved.configuration, source: source, context: surroundings.dataset)
  }
}

/// A trained model, and where its data comes from.
struct OpenedModel {
  let trainer: Trainer
  let configuration: RunConfiguration
  let source: any DatasetSource
  let context: DatasetContext

  /// The data that its run is judged by: the test data, or else what the run set apart for validation.
  func judgingData(needsTargets: Bool) throws -> (data: Dataset, isTest: Bool) {
    try configuration.judgingData(of: source, needsTargets: needsTargets, context)
  }
}

/// Which data a model is asked about, or goes on with.
struct DatasetOptions: ParsableArguments {
  @Option(help: "The directory of the data set's files.")
  var data: String?

  @Option(help: "The data set, as 'martlet data list' shows it, where the file names none.")
  var dataset: String?

  @Option(help: "A run's configuration (YAML): its data set, and the model of a file that holds weights alone.")
  var config: String?

  @Option(
    help:
      "What pixels (0 to 255) are divided by, where a file of Keras' does not say it (default: 255 for byte images)."
  )
  var scale: Float?

  @Option(help: "The model of a file that holds weights alone, as Keras' JSON (model.to_json()).")
  var architecture: String?

  /// - Throws: `ConfigurationError`.
  func configuration() throws -> RunConfiguration? { try config.map { try RunConfiguration(contentsOf: $0) } }

  /// - Parameters:
  ///   - needsScale: whether a scale is assumed where none is named.
  ///   - replacesTraining: whether the configuration's compile section counts in place of a file's.
  func opening(
    for purpose: KerasModelFile.Purpose, needsScale: Bool = true, replacesTraining: Bool = false
  ) throws -> ModelOpening {
    if let scale, !(scale.isFinite && scale > 0) {
      throw WrongUse("--scale must be a positive number. Received: \(scale)")
    }
    return ModelOpening(
      configuration: try configuration(), data: data, scale: (scale, needsScale), architecture: architecture,
      purpose: purpose,
      replacesTraining: replacesTraining,
      context: Surroundings.dataset(isSilent: false))
  }

  /// The data set: the named one, or the saved run's; nil if the file names none.
  ///
  /// - Throws: `WrongUse` or `ConfigurationError` if there is none of the name, or it has no files.
  func source(of saved: SavedRun) throws -> (any DatasetSource)? {
    let source = try named() ?? saved.configuration.source
    guard let data else { return source }
    return try source?.required(inDirectory: data)
  }

  private func named() throws -> (any DatasetSource)? {
    if let dataset { return try NamedSource.find(dataset) }
    return try configuration()?.source
  }
}
