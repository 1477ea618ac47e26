import Checkpoints
import Datasets
import Kernels
import NeuralNetwork
import Training

/// The evaluation and the predictions of a model over a data set.
package struct ModelResults: Sendable {
  /// The data.
  package let data: Dataset
  /// Whether it is test data, and not validation data.
  package let isTest: Bool
  /// The loss and the metrics of the run, as `martlet evaluate` computes them, and the confusion matrix.
  package let evaluation: Evaluation
  /// The outputs for each sample; nil if they are not needed.
  package let prediction: Prediction?
  /// How often each class is predicted for each true class: (true class, predicted class); nil if the model does not
  /// predict classes, or more than `classLimit` of them.
  package let confusion: ConfusionTable?

  /// The largest number of classes of which there is a confusion matrix: it has 128 MB for each worker.
  static let classLimit = 4096

  /// Evaluates the model of a checkpoint.
  ///
  /// - Parameter needsPredictions: whether the outputs and the confusion matrix are needed.
  /// - Throws: `TrainingError` if the data does not fit the model; as `Trainer`.
  package init(
    of saved: Checkpoint, on data: Dataset, isTest: Bool, workerCount: Int, instructionSet: InstructionSet,
    needsPredictions: Bool
  ) throws {
    var (settings, snapshot) = (saved.configuration.training, saved.snapshot)
    let outputs = try settings.model.plan(inputShape: saved.run.inputShape).outputShape.count
    let predictsClasses =
      type(of: settings.loss).targets == .classes || settings.loss is BinaryCrossentropy && outputs == 1
    let hasMatrix = predictsClasses && needsPredictions && outputs <= Self.classLimit
    // The same evaluation as without it, and a matrix.
    if hasMatrix { settings.metrics.append(ConfusionMatrix()) }
    snapshot.state.sums = RunningSums(count: settings.sumCount(outputs: outputs))
    let trainer = try Trainer(
      settings, inputShape: saved.run.inputShape, workerCount: workerCount, instructionSet: instructionSet)
    try trainer.restore(snapshot)
    evaluation = try trainer.evaluate(data)
    confusion = hasMatrix ? evaluation.results.last.map { ConfusionTable($0.value) } : nil
    self.data = data
    self.isTest = isTest
    prediction = needsPredictions ? try trainer.predict(data) : nil
  }
}
