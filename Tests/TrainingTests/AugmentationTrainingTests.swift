import NeuralNetwork
import Testing

@testable import Training

/// `TrainerTests` has these networks with workers and interruptions on every instruction set, `LayerTrainingTests` each
/// layer on its own.
@Suite("A training with augmentation")
struct AugmentationTrainingTests {
  static let networks = [SmallNetwork.augmented, .augmentedColors]

  @Test("has the same bytes for any number of workers", arguments: networks)
  func workers(network: SmallNetwork) throws {
    let alone = try SmallRun.trained(network, workers: 1)
    for workers in 2...4 { #expect(try differences(SmallRun.trained(network, workers: workers), alone).isEmpty) }
  }

  @Test("has the same bytes when it is interrupted in the middle of an epoch", arguments: networks)
  func interruptions(network: SmallNetwork) throws {
    let whole = try SmallRun.trained(network, workers: 2)
    // An epoch has five steps.
    for step in [2, 5, 8] {
      let part = try SmallRun.trainer(network, workers: 3)
      try part.fit(network.data.train, validation: network.data.test, maxSteps: step)
      let resumed = try SmallRun.trainer(network, workers: 1)
      try resumed.restore(part.snapshot(), of: network.data.train)
      try resumed.fit(network.data.train, validation: network.data.test)
      #expect(differences(resumed, whole).isEmpty, "at step \(step)")
    }
  }

  @Test("differs in every epoch, and from one without", arguments: networks)
  func acts(network: SmallNetwork) throws {
    // Without shuffling and at a learning rate of almost 0, epochs differ by their augmentation alone.
    func change(_ layers: [any Layer]) throws -> Double {
      let configuration = TrainingConfiguration(
        model: Model(layers), optimizer: SGD(learningRate: 1e-12), epochs: 3, batchSize: 50, shards: 8, shuffle: false,
        seed: 5)
      let trainer = try Trainer(configuration, inputShape: network.data.train.shape, workerCount: 2)
      try trainer.fit(network.data.train)
      let losses = trainer.state.history["loss"]
      return zip(losses, losses.dropFirst()).map { abs($0 - $1) }.min() ?? 0
    }
    let layers = network.model.layers
    #expect(try change(layers) > 1e-5)
    #expect(try change(layers.filter { !($0 is any AugmentationLayer) }) < 1e-6)
  }
}
