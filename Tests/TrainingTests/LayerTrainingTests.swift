import Configuration
import KerasGolden
import NeuralNetwork
import Testing

@testable import Training

/// The bits of training do not depend on workers or interruptions, for any catalog entry: with `LayerConformanceTests`,
/// the conformance tests of the catalogs.
@Suite("Training has the same bits for 1, 2, 3 and 8 workers and after every interruption")
struct LayerTrainingTests {
  @Test("with every layer", arguments: LayerCase.smallNames)
  func layers(name: String) throws {
    let layerCase = try LayerCase(name)
    let differences = try ConformanceRun.differences(
      ConformanceRun.configuration(ConformanceRun.model(around: layerCase)), inputShape: layerCase.inputShapes[0])
    #expect(differences.isEmpty)
  }

  private static let mixed: Model = {
    var model = Model([
      Conv2D(filters: 6, kernelSize: [3, 3], strides: [2, 2], padding: .same, useBias: false), BatchNormalization(),
      ReLU(), Flatten(), Dropout(rate: 0.25),
    ])
    ConformanceRun.appendHead(to: &model)
    return model
  }()

  @Test("with every optimizer", arguments: Golden.cases("optimizers"))
  func optimizers(name: String) throws {
    let optimizer = try OptimizerConformanceTests.optimizer(Golden("optimizers/\(name)"))
    let differences = try ConformanceRun.differences(
      ConformanceRun.configuration(Self.mixed, optimizer: optimizer), inputShape: [6, 5, 2])
    #expect(differences.isEmpty)
  }

  @Test("with every loss", arguments: LossCase.names)
  func losses(name: String) throws {
    let lossCase = try LossCase(name)
    let loss = lossCase.loss
    let last: any Layer = lossCase.isLogits ? Activation(.softmax) : Activation(loss.fromLogits ? .linear : .sigmoid)
    let model = Model([Dense(units: 128, activation: .tanh), Dense(units: ConformanceRun.classes), last])
    let differences = try ConformanceRun.differences(
      ConformanceRun.configuration(model, loss: loss), inputShape: [11])
    #expect(differences.isEmpty)
  }

  private static let metrics: [any Metric] = [
    Accuracy(), TopKCategoricalAccuracy(k: 3), Precision(threshold: 0.1), Recall(topK: 2), F1Score(average: .macro),
    AUC(), RootMeanSquaredError(), CategoricalCrossentropy(), FBetaScore(average: nil), ConfusionMatrix(),
  ]

  @Test("with metrics that are means and others that are counts")
  func metrics() throws {
    var configuration = ConformanceRun.configuration(Self.mixed)
    configuration.metrics = Self.metrics
    #expect(try ConformanceRun.differences(configuration, inputShape: [6, 5, 2]).isEmpty)
    let data = try ConformanceRun.data([6, 5, 2], targets: .classes)
    let trainer = try ConformanceRun.trainer(configuration, inputShape: [6, 5, 2], workers: 2)
    try trainer.fit(data, validation: data)
    let evaluation = try trainer.evaluate(data)
    #expect(evaluation.results.map(\.name) == configuration.sumNames)
    #expect(
      evaluation.arrays.map(\.value.shape) == [
        [ConformanceRun.classes], [ConformanceRun.classes, ConformanceRun.classes],
      ])
    let history = trainer.state.history
    for (name, value) in evaluation.results {
      #expect(value.elements.contains { $0 > 0 } && history.value("val_\(name)", history.count - 1) == value)
    }
    let matrix = evaluation.arrays[1].value
    let right = matrix.rows.enumerated().reduce(0) { $0 + $1.element.elements[$1.offset] }
    #expect(matrix.elements.reduce(0, +) == Double(data.count) && right == evaluation.accuracy * Double(data.count))
    // They are of the probabilities, although the loss includes the softmax.
    #expect(abs(evaluation["categorical_crossentropy"] - evaluation.loss) < 1e-5)
    #expect(evaluation["root_mean_squared_error"] < 1)
  }
}
