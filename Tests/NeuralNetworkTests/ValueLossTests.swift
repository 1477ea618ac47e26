import Configuration
import KerasGolden
import Testing

@testable import NeuralNetwork

@Suite("Losses and metrics over numbers")
struct ValueLossTests {
  static let metricCases: [String] = Golden.cases("metrics")

  @Test("every metric has golden values", arguments: Catalog.metrics.names)
  func complete(name: String) { #expect(Self.metricCases.contains { $0.hasPrefix(name) }) }

  @Test("metrics have Keras' value for each sample", arguments: metricCases)
  func metrics(name: String) throws {
    let golden = try Golden("metrics/\(name)")
    let outputs = try golden.values("outputs")
    let expected = try golden.values("results")
    let (samples, count) = (expected.count, outputs.count / expected.count)
    let type = try #require(
      Catalog.metrics.all.filter { name.hasPrefix($0.name) }.max { $0.name.count < $1.name.count })
    var values = [Double](repeating: 77, count: samples)
    let labels = try golden.contains("labels") ? golden.integers("labels").map(Int32.init) : [0]
    let numbers = try golden.contains("targets") ? golden.values("targets") : [0]
    let hasLabels = try golden.contains("labels")
    outputs.withUnsafeBufferPointer { outputs in
      labels.withUnsafeBufferPointer { labels in
        numbers.withUnsafeBufferPointer { numbers in
          guard let outputs = outputs.baseAddress, let labels = labels.baseAddress, let numbers = numbers.baseAddress
          else { return }
          let targets: Targets = hasLabels ? .classes(labels) : .values(numbers, count: count)
          type.init().compute(
            ModelOutputs(outputs, samples: samples, count: count, isLogits: false, targets: targets),
            values: SampleColumn(&values))
        }
      }
    }
    expectEqual(values.map { Float($0) }, expected, tolerance: 1e-6, "results")
  }

  @Test("the mean absolute error has no gradient at a correct output")
  func equal() {
    var (losses, gradient) = ([0.0], [Float](repeating: 7, count: 2))
    let (outputs, targets): ([Float], [Float]) = ([2, 3], [2, 1])
    targets.withUnsafeBufferPointer { targets in
      outputs.withUnsafeBufferPointer { outputs in
        guard let outputs = outputs.baseAddress, let targets = targets.baseAddress else { return }
        MeanAbsoluteError().compute(
          ModelOutputs(outputs, samples: 1, count: 2, isLogits: false, targets: .values(targets, count: 2)),
          losses: SampleColumn(&losses), gradient: &gradient, scale: 1)
      }
    }
    #expect(losses == [1] && gradient == [0, 0.5])
  }

  @Test("a metric declares whether larger is better, and is found by Keras' short names")
  func catalog() {
    let directions = Catalog.metrics.all.map { ($0.name, $0.largerIsBetter) }
    #expect(directions.filter(\.1).map(\.0) == ["accuracy", "binary_accuracy"])
    #expect(directions.filter { !$0.1 }.map(\.0) == ["mean_squared_error", "mean_absolute_error"])
    #expect(
      Catalog.metrics.find("mae")?.name == "mean_absolute_error" && Catalog.metrics.find("acc")?.name == "accuracy")
    #expect(Catalog.losses.find("mse")?.name == "mean_squared_error" && Catalog.losses.find("hinge") == nil)
  }
}
