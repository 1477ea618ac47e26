import Datasets
import NeuralNetwork
import Testing

@testable import Training

/// 230 samples in batches of 50: five steps are a pass over the data.
@Suite("Epochs of a given number of steps")
struct EpochLengthTests {
  private func trainer(steps: Int?, epochs: Int, workers: Int = 2) throws -> Trainer {
    let network = SmallNetwork.augmented
    let configuration = TrainingConfiguration(
      model: network.model, optimizer: network.optimizer, epochs: epochs, batchSize: 50, seed: 5,
      batchAugmentation: BatchAugmentation(mixUp: MixUp(alpha: 0.2)), stepsPerEpoch: steps)
    return try Trainer(configuration, inputShape: network.data.train.shape, workerCount: workers)
  }

  private func trained(steps: Int?, epochs: Int, workers: Int = 2) throws -> Trainer {
    let trainer = try trainer(steps: steps, epochs: epochs, workers: workers)
    try trainer.fit(SmallRun.data.train, validation: SmallRun.data.test)
    return trainer
  }

  @Test("make the steps of consecutive passes over the data", arguments: [(3, 5), (4, 5), (8, 5), (15, 1), (20, 1)])
  func passes(steps: Int, epochs: Int) throws {
    let (trainer, passes) = (try trained(steps: steps, epochs: epochs), try trained(steps: nil, epochs: 8))
    let whole = try self.trainer(steps: nil, epochs: 8)
    try whole.fit(SmallRun.data.train, maxSteps: steps * epochs)
    #expect(trainer.weights == whole.weights)
    #expect(trainer.weights != passes.weights || steps * epochs == 40)
    #expect(trainer.state.step == steps * epochs && trainer.state.history.count == epochs)
    #expect(trainer.state.history["val_loss"].allSatisfy { $0.isFinite })
  }

  @Test("of a pass are those without a number")
  func onePass() throws {
    #expect(try differences(trained(steps: 5, epochs: 3), trained(steps: nil, epochs: 3)).isEmpty)
  }

  @Test("end with the same bits for any workers and after an interruption at any step")
  func resumes() throws {
    let whole = try trained(steps: 7, epochs: 2)
    #expect(try differences(whole, trained(steps: 7, epochs: 2, workers: 1)).isEmpty)
    #expect(try differences(whole, trained(steps: 7, epochs: 2, workers: 3)).isEmpty)
    let part = try trainer(steps: 7, epochs: 2)
    for step in 1..<14 {
      try part.fit(SmallRun.data.train, validation: SmallRun.data.test, maxSteps: step)
      let rest = try trainer(steps: 7, epochs: 2, workers: 1 + step % 3)
      try rest.restore(part.snapshot(), of: SmallRun.data.train)
      try rest.fit(SmallRun.data.train, validation: SmallRun.data.test)
      #expect(differences(whole, rest).isEmpty, "interrupted after step \(step)")
    }
  }

  @Test("have the metrics of their own samples")
  func metrics() throws {
    // The batches of a pass have 50, 50, 50, 50 and 30 samples.
    let trainer = try trainer(steps: 7, epochs: 2)
    try trainer.fit(SmallRun.data.train, maxSteps: 6)
    #expect(trainer.state.sums.samples == 280)
    try trainer.fit(SmallRun.data.train, maxSteps: 12)
    #expect(trainer.state.epoch == 1 && trainer.state.stepInEpoch == 5 && trainer.state.sums.samples == 230)
  }

  @Test("that are more passes than there are random streams are refused")
  func tooMany() throws {
    let configuration = TrainingConfiguration(
      model: SmallNetwork.lesson.model, epochs: 100, batchSize: 50, stepsPerEpoch: 1_000_000)
    let error = #expect(throws: TrainingError.self) { try configuration.check(SmallRun.data.train) }
    #expect(error == .tooManyPasses(stepsPerEpoch: 1_000_000, epochs: 100, batches: 5))
  }
}

@Suite("Validation after some epochs")
struct ValidationFrequencyTests {
  private func trainer(every frequency: Int, epochs: Int) throws -> Trainer {
    let network = SmallNetwork.lesson
    let configuration = TrainingConfiguration(
      model: network.model, epochs: epochs, batchSize: 50, seed: 5, validationFrequency: frequency)
    return try Trainer(configuration, inputShape: network.data.train.shape, workerCount: 2)
  }

  private func trained(
    every frequency: Int, epochs: Int = 5, callbacks: [any Callback] = []
  ) throws -> Trainer {
    let trainer = try trainer(every: frequency, epochs: epochs)
    try trainer.fit(SmallRun.data.train, validation: SmallRun.data.test, callbacks: callbacks)
    return trainer
  }

  @Test("leaves the other epochs without values, and the weights as they are")
  func history() throws {
    let (all, some) = (try trained(every: 1), try trained(every: 2))
    #expect(all.weights == some.weights)
    #expect(some.state.history["loss"] == all.state.history["loss"])
    let (expected, found) = (all.state.history["val_loss"], some.state.history["val_loss"])
    #expect(found.map(\.isNaN) == [true, false, true, false, true])
    #expect(found[1] == expected[1] && found[3] == expected[3])
  }

  @Test("is all that callbacks count, as in Keras")
  func callbacks() throws {
    // No epoch improves by that much after the first that is validated.
    let stopping = EarlyStopping(minDelta: 100, patience: 2, restoreBestWeights: true)
    let trainer = try trained(every: 2, epochs: 20, callbacks: [stopping])
    #expect(trainer.state.epoch == 6 && trainer.state.hasStoppedEarly)
    #expect(trainer.state.restoredEpoch == 2)
    #expect(try trainer.weights == trained(every: 1, epochs: 2).weights)
    let plateau = ReduceLROnPlateau(minDelta: 100, patience: 2, factor: 0.5)
    #expect(try trained(every: 2, epochs: 5, callbacks: [plateau]).state.learningRate == 0.001)
    #expect(try trained(every: 2, epochs: 6, callbacks: [plateau]).state.learningRate == 0.0005)
    // The loss of the training data is there in each epoch.
    let loss = ReduceLROnPlateau(monitor: "loss", minDelta: 100, patience: 2, factor: 0.5)
    #expect(try trained(every: 2, epochs: 3, callbacks: [loss]).state.learningRate == 0.0005)
  }

  @Test("restores the best weights also after a last epoch without values")
  func restores() throws {
    let stopping = EarlyStopping(minDelta: 100, patience: 9, restoreBestWeights: true)
    let trainer = try trained(every: 2, epochs: 3, callbacks: [stopping])
    #expect(trainer.state.restoredEpoch == 2)
    #expect(try trainer.weights == trained(every: 1, epochs: 2).weights)
  }
}
