import Configuration
import Datasets
import KerasGolden
import NeuralNetwork
import Testing

@testable import Training

@Suite("Learning rate multipliers")
struct LearningRateMultiplierTests {
  private static let model = Model([Dense(units: 6, activation: .tanh), Dense(units: 10, activation: .softmax)])
  private static let rate: Float = 0.0625

  /// The weights after a step, at a rate times `factor`, with multipliers.
  private static func trained(
    _ type: any Optimizer.Type, factor: Float, multipliers: [(NamePattern, Float)]
  ) throws -> [Snapshot.Variable] {
    let options = ConfigurationNode(mapping: [
      ConfigurationEntry("learning_rate", ConfigurationNode(.number(Double(rate * factor)))),
      ConfigurationEntry("weight_decay", 0.25), ConfigurationEntry("exclude_from_weight_decay", ["bias"]),
    ])
    var optimizer = try type.init(options: ConfigurationReader(options, path: "", keys: type.allOptionKeys))
    optimizer.updateOptions.learningRateMultipliers = multipliers.map { LearningRateMultiplier($0, $1) }
    let configuration = TrainingConfiguration(
      model: model, optimizer: optimizer, epochs: 1, batchSize: 9, shards: 4, seed: 5)
    let trainer = try Trainer(configuration, inputShape: [5], workerCount: 2)
    try trainer.fit(ConformanceRun.data([5], targets: .classes), maxSteps: 1)
    return trainer.weights
  }

  @Test("are factors of the rate of the variables that they name", arguments: Catalog.optimizers.names)
  func factors(name: String) throws {
    let type = try #require(Catalog.optimizers.find(name))
    let slow = try Self.trained(type, factor: 1, multipliers: [])
    let fast = try Self.trained(type, factor: 2, multipliers: [])
    #expect(zip(slow, fast).allSatisfy { $0.values != $1.values })
    // The first pattern that applies counts.
    let head = try Self.trained(type, factor: 1, multipliers: [("*_1", 2), ("dense*", 1)])
    #expect(head == Array(slow[..<2]) + Array(fast[2...]))
    #expect(try Self.trained(type, factor: 2, multipliers: [("dense", 0.5)]) == Array(slow[..<2]) + Array(fast[2...]))
    let biases = try Self.trained(type, factor: 1, multipliers: [("*/bias", 2)])
    #expect(biases == [slow[0], fast[1], slow[2], fast[3]])
    let still = try Self.trained(type, factor: 1, multipliers: [("dense", 0)])
    let start = try Trainer(TrainingConfiguration(model: Self.model, seed: 5), inputShape: [5], workerCount: 1).weights
    #expect(still == Array(start[..<2]) + Array(slow[2...]))
  }

  @Test("have the same bits for any number of workers and after every interruption")
  func bits() throws {
    let options = UpdateOptions(
      weightDecay: 0.01, clipping: .globalNorm(1), accumulationSteps: 2,
      learningRateMultipliers: [LearningRateMultiplier("dense_1", 10), LearningRateMultiplier("*/bias", 0.3)])
    var model = Model([Conv2D(filters: 3, kernelSize: [3, 3]), BatchNormalization(), Flatten()])
    ConformanceRun.appendHead(to: &model)
    let configuration = ConformanceRun.configuration(model, optimizer: SGD(momentum: 0.9, updateOptions: options))
    #expect(try ConformanceRun.differences(configuration, inputShape: [6, 5, 2]).isEmpty)
  }

  @Test("of no variable are refused")
  func unmatched() throws {
    for (pattern, advice) in [("dense/gamma", ""), ("dnse", "Did you mean 'dense'? ")] {
      let options = UpdateOptions(learningRateMultipliers: [LearningRateMultiplier(NamePattern(pattern), 10)])
      let error = try #require(throws: TrainingError.self) { try ConformanceRun.fit(SGD(updateOptions: options)) }
      #expect(
        "\(error)" == "compile.optimizer.learning_rate_multipliers: no variable matches '\(pattern)'. \(advice)"
          + "There are dense/kernel, dense/bias.")
    }
  }
}
