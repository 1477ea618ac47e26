import Datasets
import NeuralNetwork
import Testing

@testable import Training

@Suite("Moving averages of the weights and accumulated gradients")
struct MovingAverageTests {
  private static let model = Sequential([Dense(units: 16, activation: .tanh), Dense(units: 10, activation: .softmax)])

  private static func trainer(_ options: UpdateOptions, epochs: Int = 2, batchSize: Int = 9) throws -> Trainer {
    try Trainer(
      TrainingConfiguration(
        model: model, optimizer: SGD(learningRate: 0.1, momentum: 0.9, updateOptions: options), epochs: epochs,
        batchSize: batchSize, shards: 3, shuffle: false, seed: 5),
      inputShape: [6], workerCount: 1)
  }

  private static let averaging = UpdateOptions(movingAverage: UpdateOptions.MovingAverage(momentum: 0.9))
  private static func data() throws -> Dataset { try ConformanceRun.data([6], targets: .classes) }

  @Test("the averages replace the weights when the last epoch is done, and validation is of the weights themselves")
  func replacement() throws {
    let data = try Self.data()
    let (plain, averaged) = (try Self.trainer(UpdateOptions()), try Self.trainer(Self.averaging))
    try plain.fit(data, validation: data)
    try averaged.fit(data, validation: data)
    #expect(averaged.state.history["val_loss"] == plain.state.history["val_loss"])
    let snapshot = averaged.snapshot()
    #expect(snapshot.parameters == snapshot.slots[0] && snapshot.parameters != plain.weights)
    #expect(try averaged.evaluate(data).loss != averaged.state.history["val_loss"].last)
    #expect(averaged.state.callbacks["moving_average"]?.weights == plain.weights)
  }

  @Test("a run with more epochs continues from the weights themselves")
  func moreEpochs() throws {
    let data = try Self.data()
    let (short, long) = (try Self.trainer(Self.averaging), try Self.trainer(Self.averaging, epochs: 4))
    try short.fit(data, validation: data)
    let resumed = try Self.trainer(Self.averaging, epochs: 4)
    try resumed.restore(short.snapshot(), of: data)
    try resumed.fit(data, validation: data)
    try long.fit(data, validation: data)
    #expect(differences(resumed, long).isEmpty)
  }

  @Test("weights that a callback restores are kept")
  func restored() throws {
    let data = try Self.data()
    let trainer = try Self.trainer(Self.averaging, epochs: 3)
    let stopping = EarlyStopping(monitor: "val_loss", patience: 9, restoreBestWeights: true)
    try trainer.fit(data, validation: data, callbacks: [stopping])
    #expect(trainer.state.callbacks["moving_average"] == nil)
  }

  @Test("two halves of a batch make the update of the whole one")
  func halves() throws {
    let data = try Self.data()
    let whole = try Self.trainer(UpdateOptions(), epochs: 1, batchSize: 6)
    let halves = try Self.trainer(UpdateOptions(accumulationSteps: 2), epochs: 1, batchSize: 3)
    try whole.fit(data, maxSteps: 4)
    try halves.fit(data, maxSteps: 8)
    #expect(halves.state.step == 8)
    for (left, right) in zip(whole.weights, halves.weights) {
      #expect(zip(left.values, right.values).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    try halves.fit(data, maxSteps: 9)
    let snapshot = halves.snapshot()
    #expect(halves.weights == snapshot.parameters && snapshot.slots[0].contains { $0.values.contains { $0 != 0 } })
  }
}
