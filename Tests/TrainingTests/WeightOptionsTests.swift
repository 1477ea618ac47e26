import Configuration
import Datasets
import KerasGolden
import NeuralNetwork
import Testing

@testable import Training

@Suite("Regularizers and constraints")
struct WeightOptionsTests {
  static let cases = Golden.cases("weight_options")

  private static func configuration(_ golden: Golden) throws -> TrainingConfiguration {
    TrainingConfiguration(
      model: try Sequential(configuration: golden.node("model"), path: "model"), optimizer: SGD(learningRate: 0.05),
      loss: SparseCategoricalCrossentropy(), epochs: 1, batchSize: 8, shards: 3, shuffle: false)
  }

  private static func data(_ golden: Golden) throws -> Dataset {
    try Dataset(
      name: "golden", shape: Shape(Array(golden.dimensions("inputs").dropFirst())), inputs: golden.values("inputs"),
      labels: golden.integers("labels").map(Int.init))
  }

  @Test("make the steps and the loss of Keras", arguments: cases)
  func matchesKeras(name: String) throws {
    let golden = try Golden("weight_options/\(name)")
    let data = try Self.data(golden)
    let trainer = try Trainer(Self.configuration(golden), inputShape: data.shape, workerCount: 2)
    let variables = trainer.plan.variables
    try trainer.setWeights(
      variables.enumerated().map {
        Snapshot.Variable(path: $1.path, shape: $1.shape, values: try golden.values("start.\($0)"))
      })
    try trainer.fit(data)
    for (index, weight) in trainer.weights.enumerated() {
      let difference = try firstDifference(weight.values, golden.values("after.\(index)"), tolerance: 1e-5)
      #expect(difference == nil, "\(weight.path): \(difference ?? "")")
    }
    let loss = try #require(trainer.state.history["loss"].last)
    #expect(abs(loss - (try golden.number("loss"))) < 1e-5)
    #expect(abs(try trainer.evaluate(data).loss - golden.number("evaluated")) < 1e-5)
  }

  @Test("have the same bits for any number of workers and after every interruption", arguments: cases)
  func bits(name: String) throws {
    let golden = try Golden("weight_options/\(name)")
    let shape = Shape(Array(try golden.dimensions("inputs").dropFirst()))
    var model = try Sequential(configuration: golden.node("model"), path: "model")
    model.append(Flatten())
    ConformanceRun.appendHead(to: &model)
    for options in [UpdateOptions(), UpdateOptions(clipping: .globalNorm(1), accumulationSteps: 2)] {
      var configuration = ConformanceRun.configuration(model, optimizer: SGD(momentum: 0.9, updateOptions: options))
      configuration.scale = 255
      // Images need more memory than the weights of these models: then shards are computed one by one.
      let differences = try ConformanceRun.differences(configuration, inputShape: shape).filter {
        $0 != "one worker computes shards one by one"
      }
      #expect(differences.isEmpty, "\(differences)")
    }
  }

  @Test("of frozen layers change nothing, and are no part of the loss")
  func frozen() throws {
    let golden = try Golden("weight_options/penalties")
    let data = try Self.data(golden)
    func loss(_ change: (inout Dense) -> Void) throws -> Double {
      var layer = Dense(units: 4, activation: .softmax)
      change(&layer)
      var model = Model()
      model.append(layer, isTrainable: false)
      return try Trainer(TrainingConfiguration(model: model), inputShape: data.shape, workerCount: 1).evaluate(data)
        .loss
    }
    #expect(try loss { $0.kernel.regularizer = L2(l2: 1) } == loss { _ in })
  }
}
