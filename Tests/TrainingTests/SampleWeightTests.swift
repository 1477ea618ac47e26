import Datasets
import NeuralNetwork
import Testing

@testable import Training

@Suite("Sample weights")
struct SampleWeightTests {
  private static func data(weights: [Float]?) throws -> Dataset {
    let inputs = (0..<24).map { Float($0 * 7 % 11) / 11 }
    return try Dataset(
      name: "mine", shape: [3], inputs: .floats(inputs), targets: .labels((0..<8).map { Int32($0 % 2) }),
      weights: weights)
  }

  private static func trainer(learningRate: Float = 0.05) throws -> Trainer {
    let model = Model([Dense(units: 4, activation: .tanh), Dense(units: 2, activation: .softmax)])
    return try Trainer(
      TrainingConfiguration(
        model: model, optimizer: SGD(learningRate: learningRate), epochs: 2, batchSize: 4, shards: 2),
      inputShape: [3], workerCount: 2)
  }

  @Test("multiply the loss of each sample; the mean is over the number of samples, and metrics are not weighted")
  func loss() throws {
    let weights: [Float] = [0, 1, 2, 0.5, 3, 1, 0, 4]
    let trainer = try Self.trainer()
    let plain = try Self.data(weights: nil)
    let losses = try (0..<8).map { sample in
      try trainer.evaluate(plain.prefix(sample + 1)).values[0].value
        * Double(sample + 1)
    }
    let each = zip(losses, [0] + losses).map { $0 - $1 }
    let expected = zip(each, weights).reduce(0) { $0 + $1.0 * Double($1.1) } / 8
    let weighted = try trainer.evaluate(Self.data(weights: weights))
    #expect(abs(weighted.values[0].value - expected) < 1e-12)
    #expect(try weighted.values[1].value == trainer.evaluate(plain).values[1].value)
  }

  @Test("multiply the gradients: twice the weight is twice the learning rate of SGD, to the bit")
  func gradients() throws {
    let (weighted, faster) = (try Self.trainer(), try Self.trainer(learningRate: 0.1))
    try weighted.fit(Self.data(weights: [Float](repeating: 2, count: 8)))
    try faster.fit(Self.data(weights: nil))
    #expect(weighted.snapshot().parameters == faster.snapshot().parameters)
  }

  @Test("of 0 leave a sample out")
  func zero() throws {
    let trainer = try Self.trainer()
    let before = trainer.snapshot().parameters
    try trainer.fit(Self.data(weights: [Float](repeating: 0, count: 8)))
    #expect(trainer.snapshot().parameters == before)
  }
}

@Suite("Adapted normalization")
struct AdaptedNormalizationTests {
  @Test("has the mean and the variance of each channel of the training data, as scaled and rescaled")
  func adapted() throws {
    // numpy: x.mean((0, 1, 2)), x.var((0, 1, 2)) of x.reshape(2, 2, 1, 2)
    let data = try Dataset(name: "mine", shape: [2, 1, 2], images: [0, 10, 20, 30, 60, 50, 40, 70], labels: [0, 1])
    let layers: [any Layer] = [Normalization(), Flatten(), Dense(units: 2, activation: .softmax)]
    var plain = TrainingConfiguration(model: Model(layers), batchSize: 2, shards: 1)
    try plain.adaptNormalizations(to: data)
    let own = try #require(plain.model.layers[0] as? Normalization)
    #expect(own.mean == [30, 40] && own.variance == [500, 500])

    var rescaled = TrainingConfiguration(
      model: Model([Rescaling(scale: 0.1, offset: -1)] + layers), batchSize: 2, shards: 1)
    try rescaled.adaptNormalizations(to: data)
    let after = try #require(rescaled.model.layers[1] as? Normalization)
    #expect(zip(after.mean, [2, 3]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(zip(after.variance, [5, 5]).allSatisfy { abs($0 - $1) < 1e-12 })
    // Once adapted, it stays.
    let first = rescaled.model.configuration
    try rescaled.adaptNormalizations(to: data)
    #expect(rescaled.model.configuration == first)
  }

  @Test("is refused behind other layers")
  func refused() throws {
    let data = try Dataset(name: "mine", shape: [2], inputs: [1, 2, 3, 4] as [Float], labels: [0, 1])
    var configuration = TrainingConfiguration(
      model: Model([Dense(units: 3), Normalization(), Dense(units: 2, activation: .softmax)]), batchSize: 2, shards: 1)
    #expect { try configuration.adaptNormalizations(to: data) } throws: {
      "\($0)".hasPrefix("model[1] (normalization): only a normalization at the start of the model can be adapted")
    }
  }
}
