import Configuration
import Datasets
import Foundation
import NeuralNetwork
import Testing
import Training

@testable import RunConfiguration

@Suite("The configurations")
struct ConfigurationFilesTests {
  @Test("of published data sets are in configs/", arguments: ["fashion-mnist", "cifar10", "mnist-convnet"])
  func published(name: String) throws {
    let run = try RunConfiguration(contentsOf: "\(Self.folder)/\(name).yml")
    #expect(run.source is any PublishedSource)
    #expect(run.checkpoints.directory == "checkpoints/\(name)")
  }

  /// The parameters of the same networks in Keras, with the moving statistics.
  @Test(
    "in configs/benchmark are the networks that others are timed on",
    arguments: [
      ("cifar-cnn", 1_250_858), ("mlp-wide", 10_510_346), ("mnist-bn", 66_218), ("resnet20", 274_042),
      ("separable", 139_722),
    ])
  func benchmark(name: String, parameters: Int) throws {
    let run = try RunConfiguration(contentsOf: "\(Self.folder)/benchmark/\(name).yml")
    #expect(run.name == name && run.checkpoints.directory == "checkpoints/\(name)")
    let plan = try run.training.model.plan(inputShape: name == "mnist-bn" ? [28, 28, 1] : [32, 32, 3])
    #expect(plan.variables.reduce(0) { $0 + $1.shape.count } == parameters)
  }

  private static let folder =
    "\(URL(filePath: #filePath).pathComponents.dropLast(3).joined(separator: "/"))/configs"

  @Test(
    "in configs/ are valid, with a network for their data",
    arguments: try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yml") }.sorted())
  func plans(file: String) throws {
    let run = try RunConfiguration(contentsOf: "\(Self.folder)/\(file)")
    #expect(run.checkpoints.directory == "checkpoints/\(file.dropLast(4))" && run.name == file.dropLast(4))
    var training = run.training
    for layer in try training.model.pendingNormalizations() {
      training.model.adapt(layer, mean: [0], variance: [1])
    }
    let plan = try training.model.plan(inputShape: file.hasPrefix("cifar10") ? [32, 32, 3] : [28, 28, 1])
    #expect(plan.outputShape == [10])
    try training.checkVariableNames(plan)
    // Schedules end with the training.
    let samples = file.hasPrefix("cifar10") ? 50_000 : 60_000
    guard let schedule = run.training.learningRateSchedule else { return }
    let steps = (samples + training.batchSize - 1) / training.batchSize * training.epochs
    let rates = [steps / 2, steps - 1, steps].map { schedule.rate(1, step: $0) }
    #expect(rates[0] > rates[1] && rates[1] < 0.1 && rates[1] - rates[2] < 0.01)
  }
}
