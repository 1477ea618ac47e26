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
  /// The outputs for each sample.
  package let prediction: Prediction
  /// How often each class is predicted for each true class: (true class, predicted class); nil if the model does not
  /// predict classes.
  package let confusion: ConfusionTable?

  /// Evaluates the model of a checkpoint.
  ///
  /// - Throws: `TrainingError` if the data does not fit the model; as `Trainer`.
  package init(
    of saved: Checkpoint, on data: Dataset, isTest: Bool, workerCount: Int, instructionSet: InstructionSet
  ) throws {
    var (settings, snapshot) = (saved.configuration.training, saved.snapshot)
    let outputs = try settings.model.plan(inputShape: saved.run.inputShape).outputShape.count
    let hasClasses = type(of: settings.loss).targets == .classes || settings.loss is BinaryCrossentropy && outputs == 1
    // The same evaluation as without it, and a matrix.
    if hasClasses { settings.metrics.append(ConfusionMatrix()) }
    snapshot.state.sums = RunningSums(count: settings.sumCount(outputs: outputs))
    let trainer = try Trainer(
      settings, inputShape: saved.run.inputShape, workerCount: workerCount, instructionSet: instructionSet)
    try trainer.restore(snapshot)
    evaluation = try trainer.evaluate(data)
    confusion = hasClasses ? evaluation.results.last.map { ConfusionTable($0.value) } : nil
    self.data = data
    self.isTest = isTest
    prediction = try trainer.predict(data)
  }
}
