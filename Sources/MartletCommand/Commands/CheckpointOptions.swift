import ArgumentParser
import Martlet

extension TestTimeAugmentation: ExpressibleByArgument {}

/// Options shared by the commands that evaluate a trained model.
struct CheckpointOptions: ParsableArguments {
  @Argument(
    help: """
      A run's directory (its best checkpoint, or else its latest), a checkpoint (*.weights.h5), or a Keras model \
      (.keras, .h5).
      """, completion: .file())
  var checkpoint: String

  @OptionGroup var dataset: DatasetOptions

  @Option(parsing: .unconditional, help: "Number of threads (default: the cores this process may use).")
  var workers: Int?

  @Option(
    help: """
      Average the outputs over views of each image: mirror, shifts (by a pixel to the upper left and the lower right), \
      or mirror_and_shifts.
      """)
  var testTimeAugmentation: TestTimeAugmentation?

  /// Opens the trained model and the source of its data.
  func open(for purpose: KerasModelFile.Purpose) throws -> OpenedModel {
    let (saved, trainer, context) = try openModel(for: purpose)
    guard let source = try dataset.source(of: saved) else {
      throw UsageError(
        "\(checkpoint) does not record which data set it was trained on. "
          + "Name one with --dataset, or a configuration with --config.")
    }
    return OpenedModel(
      trainer: trainer,
      data: RunData(
        configuration: saved.configuration, source: source, context: context, isOtherSource: dataset.dataset != nil))
  }

  /// Opens the trained model, for data that is named by hand.
  func openModel(
    for purpose: KerasModelFile.Purpose
  ) throws -> (saved: Checkpoint, trainer: Trainer, context: DatasetContext) {
    let environment = try CommandEnvironment.training(workers: workers, isSilent: false)
    let saved = try dataset.opening(for: purpose).open(try RunPath.checkpoint(checkpoint))
    let trainer = try Trainer(
      saved, workerCount: environment.workerCount, instructionSet: environment.instructionSet)
    guard trainer.plan.outputShape.dimensions.count == 1 else {
      throw ModelFileError(
        file: checkpoint,
        .unusable(reason: "its output has the shape \(trainer.plan.outputShape), not a value for each class"))
    }
    return (saved, trainer, environment.dataset)
  }
}
