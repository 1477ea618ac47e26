import Datasets
import Kernels
import NeuralNetwork

extension Trainer {
  /// Measures the tasks of steps on one core, divided as for `workers` workers.
  ///
  /// - Parameter steps: the number of steps, at least 1; the median of each task counts.
  /// - Throws: what `init` and `fit` throw; `TrainingError.nonfiniteLoss` also where such batches are skipped.
  package static func profileSteps(
    _ configuration: TrainingConfiguration, _ training: Dataset, workers: Int, steps: Int,
    instructionSet: InstructionSet
  ) throws -> TaskProfile {
    // A batch that is skipped has fewer phases.
    var configuration = configuration
    configuration.onNonfinite = .stop
    let recorder = TaskRecorder()
    let trainer = try Trainer(
      configuration, inputShape: training.shape, workerCount: 1, dividedFor: workers, recorder: recorder,
      instructionSet: instructionSet)
    // The first step touches memory for the first time.
    try trainer.fit(training, epochs: .max, maxSteps: 1)
    _ = recorder.takeProfile(count: 1)
    try trainer.fit(training, epochs: .max, maxSteps: 1 + steps)
    return recorder.takeProfile(count: steps)
  }

  /// Measures the tasks of an evaluation on one core, divided as for `workers` workers.
  ///
  /// - Throws: what `init` and `evaluate` throw.
  package static func profileEvaluation(
    _ configuration: TrainingConfiguration, _ dataset: Dataset, workers: Int, instructionSet: InstructionSet
  ) throws -> TaskProfile {
    let recorder = TaskRecorder()
    let trainer = try Trainer(
      configuration, inputShape: dataset.shape, workerCount: 1, dividedFor: workers, recorder: recorder,
      instructionSet: instructionSet)
    // The first evaluation touches memory for the first time.
    _ = try trainer.evaluate(dataset)
    _ = recorder.takeProfile(count: 1)
    _ = try trainer.evaluate(dataset)
    return recorder.takeProfile(count: 1)
  }
}
