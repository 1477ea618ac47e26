import Configuration
import KerasGolden
import Testing

@testable import NeuralNetwork

@Suite("Losses and metrics over numbers")
struct ValueLossTests {
  static let metricCases: [String] = Golden.cases("metrics")

  @Test("every metric has golden values", arguments: Catalog.metrics.names)
  func complete(name: String) throws {
    let totals = try Golden.cases("metric_totals").map { try Golden("metric_totals/\($0)").attribute("metric") }
    #expect(totals.contains(name) || Self.metricCases.contains { $0.hasPrefix(name) })
  }

  @Test("metrics have Keras' value for all samples, also counted in parts", arguments: Golden.cases("metric_totals"))
  func totals(name: String) throws {
    let golden = try Golden("metric_totals/\(name)")
    let type = try #require(Catalog.metrics.find(golden.attribute("metric")))
    let metric = try type.init(
      options: ConfigurationReader(golden.node("configuration"), path: name, keys: type.optionKeys))
    let outputs = try golden.values("outputs")
    let samples = try golden.dimensions("outputs")[0]
    let count = outputs.count / samples
    let labels = try golden.contains("labels") ? golden.integers("labels").map(Int32.init) : []
    let numbers = try golden.contains("targets") ? golden.values("targets") : []
    var values = [Double](repeating: 77, count: samples)
    let counts = metric as? any CountMetric
    var sums = [Int](repeating: 0, count: counts?.countCount(outputs: count) ?? 0)
    for part in [0..<samples / 3, samples / 3..<samples] {
      outputs.withUnsafeBufferPointer { outputs in
        labels.withUnsafeBufferPointer { labels in
          numbers.withUnsafeBufferPointer { numbers in
            let targets: Targets =
              labels.isEmpty
              ? .values(numbers.baseAddress! + part.lowerBound * count, count: count)
              : .classes(labels.baseAddress! + part.lowerBound)
            let outputs = ModelOutputs(
              outputs.baseAddress! + part.lowerBound * count, samples: part.count, count: count, isLogits: false,
              targets: targets)
            values.withUnsafeMutableBufferPointer {
              metric.compute(outputs, values: SampleColumn($0.baseAddress! + part.lowerBound))
            }
            counts?.count(outputs, into: &sums)
          }
        }
      }
    }
    let mean = values.reduce(0, +) / Double(samples)
    let result =
      counts?.value(ofCounts: sums.map(Double.init), outputs: count) ?? MetricValue(metric.result(ofMean: mean))
    let expected = try golden.array("result")
    #expect(result.shape == expected.shape && metric.isNumber == expected.shape.isEmpty)
    for (result, expected) in zip(result.elements, expected.elements) {
      #expect(abs(result - expected) < 2e-6 * max(1, abs(expected)), "\(result), expected \(expected)")
    }
    #expect(
      try type.init(
        options: ConfigurationReader(
          ConfigurationNode(mapping: metric.changedOptions), path: name, keys: type.optionKeys)
      ).options == metric.options)
  }

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
    let larger = Set(Catalog.metrics.all.filter { $0.largerIsBetter }.map { $0.name })
    #expect(
      larger == [
        "accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy",
        "top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy", "precision", "recall", "f1_score",
        "fbeta_score", "auc", "cosine_similarity",
      ])
    #expect(
      Catalog.metrics.find("mae")?.name == "mean_absolute_error" && Catalog.metrics.find("acc")?.name == "accuracy")
    #expect(Catalog.losses.find("mse")?.name == "mean_squared_error" && Catalog.losses.find("dice") == nil)
  }
}
