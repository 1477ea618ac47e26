import Martlet
import Testing

@testable import KerasFormat
@testable import ModelFiles

@Suite("Models saved by Keras")
struct KerasImportTests {
  @Test("are all present: three versions of Keras 3, Keras 2 with both of its optimizers, and older ones")
  func goldenFiles() {
    // Keras 1.2.2, 2.2.4 (TensorFlow and Theano) and 2.3.1; tf.keras 2.13, also as on Windows, 2.14, and Keras 3.1 as on Windows.
    #expect(KerasGolden.wholeModels.count == 3 * 2 * 2 + 4 + 4 + 6)
    #expect(KerasGolden.weights.count == 3 * 2 + 1)
    #expect(KerasGolden.weightsByOrder.count == 3)
    #expect(KerasGolden.untrained.count == 6)
  }

  @Test("have Keras' weights and optimizer state", arguments: KerasGolden.wholeModels)
  func exactState(file: String) throws {
    let golden = try KerasGolden(file)
    let imported = try KerasModelFile(path: golden.path).model(for: .training)
    #expect(imported.notes.isEmpty || file.hasPrefix("keras1"))
    let run = try Checkpoint(importing: imported.model, origin: file)
    #expect(KerasGolden.State(run.snapshot) == (try golden.state()))
    #expect(run.snapshot.state.learningRate == 0.01)
    #expect((imported.model.optimizer as? Adam)?.learningRate == 0.01)
    #expect(imported.model.loss is CategoricalCrossentropy)
    #expect(imported.model.metrics.map { type(of: $0).name } == ["accuracy"])
    #expect(imported.model.inputShape == [8, 8, 1])
  }

  @Test("predict and continue training like Keras", arguments: KerasGolden.wholeModels)
  func trainingOn(file: String) throws {
    let golden = try KerasGolden(file)
    try check(try KerasModelFile(path: golden.path).model(for: .training).model, golden)
  }

  @Test("saved as weights only continue training with the model of a configuration", arguments: KerasGolden.weights)
  func weightsAlone(file: String) throws {
    let golden = try KerasGolden(file)
    let whole = try KerasModelFile(path: golden.path.replacing(".weights.h5", with: ".h5")).model(for: .training)
    let weights = try KerasModelFile(path: golden.path)
    #expect(!weights.hasModel)
    let background = KerasModelFile.Background(
      training: TrainingConfiguration(model: whole.model.model, optimizer: Adam(learningRate: 0.01)),
      inputShape: [8, 8, 1])
    try check(try weights.model(for: .training, background: background).model, golden)
    #expect(throws: ModelFileError.self) { try weights.model(for: .training) }
  }

  /// Keras and Martlet, from the same file and on the same batches.
  private func check(_ model: TrainedModel, _ golden: KerasGolden) throws {
    var run = try Checkpoint(importing: model, origin: golden.file)
    run.configuration.training.batchSize = 10
    run.configuration.training.shuffle = false
    let data = try KerasGolden.samples()
    let trainer = try Trainer(run, workerCount: 2)
    let probabilities = try trainer.predict(data).probabilities.prefix(12 * 4)
    #expect(largestDifference(Array(probabilities), try golden.probabilities) < 1e-6)
    guard golden.isRepeatable else { return }
    let start = trainer.state.step
    try trainer.fit(data, maxSteps: start + 20)
    let after = KerasGolden.State(trainer.snapshot())
    let expected = try golden.state(continued: true)
    #expect(after.iteration == expected.iteration)
    #expect(after.distance(to: expected) < 1e-5)
  }
}
