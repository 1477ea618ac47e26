import KerasGolden
import Testing

@testable import NeuralNetwork

@Suite("Losses and metrics over numbers")
struct ValueLossTests {
  static let lossCases: [String] = Golden.cases("losses", file: "values")
  static let metricCases: [String] = Golden.cases("metrics", file: "values")

  @Test("every loss over numbers has golden values")
  func complete() {
    let names = Set(LossCatalog.all.filter { $0.targets == .values }.map { $0.name })
    #expect(names.allSatisfy { name in Self.lossCases.contains { $0.hasPrefix(name) } })
    #expect(MetricCatalog.all.allSatisfy { type in Self.metricCases.contains { $0.hasPrefix(type.name) } })
  }

  /// The loss that a case is named after: `binary_crossentropy_logits_odd`.
  private static func loss(_ name: String) throws -> any Loss {
    let type = try #require(LossCatalog.all.first { name.hasPrefix($0.name) })
    return type is BinaryCrossentropy.Type ? BinaryCrossentropy(fromLogits: name.contains("logits")) : type.init()
  }

  @Test("give Keras' loss and gradient of each sample", arguments: lossCases)
  func losses(name: String) throws {
    let golden = try Golden("losses/\(name)", file: "values")
    let (outputs, targets) = (try golden.values("outputs"), try golden.values("targets"))
    let expected = try golden.values("losses")
    let (samples, count) = (expected.count, outputs.count / expected.count)
    let loss = try Self.loss(name)
    var (losses, alone) = ([Double](repeating: 77, count: samples), [Double](repeating: 78, count: samples))
    var gradient = [Float](repeating: 77, count: outputs.count)
    targets.withUnsafeBufferPointer { targets in
      outputs.withUnsafeBufferPointer { outputs in
        guard let outputs = outputs.baseAddress, let targets = targets.baseAddress else { return }
        let all = ModelOutputs(
          outputs, samples: samples, count: count, isLogits: false, targets: .values(targets, count: count))
        loss.compute(all, losses: SampleColumn(&losses), gradient: &gradient, scale: 1 / Float(samples))
        loss.compute(all, losses: SampleColumn(&alone), gradient: nil, scale: 1)
      }
    }
    #expect(losses == alone)
    expectEqual(losses.map { Float($0) }, expected, tolerance: 1e-5, "losses")
    expectEqual(gradient, try golden.values("gradient"), tolerance: 1e-5, "gradient")
  }

  @Test("metrics give Keras' number for each sample", arguments: metricCases)
  func metrics(name: String) throws {
    let golden = try Golden("metrics/\(name)", file: "values")
    let outputs = try golden.values("outputs")
    let expected = try golden.values("results")
    let (samples, count) = (expected.count, outputs.count / expected.count)
    let type = try #require(
      MetricCatalog.all.filter { name.hasPrefix($0.name) }.max { $0.name.count < $1.name.count })
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

  /// Central differences of the loss of one sample, in the interior of its domain.
  @Test(
    "losses have the gradient of their finite differences",
    arguments: [
      ("mean_squared_error", [0.3, -2, 4] as [Float], [1, 1, -3] as [Float]),
      ("mean_absolute_error", [0.3, -2, 4], [1, 1, -3]),
      ("binary_crossentropy", [0.3, 0.9, 0.55], [1, 0, 0.25]),
      ("binary_crossentropy_logits", [0.3, -4, 2], [1, 0, 0.25]),
    ])
  func finiteDifferences(name: String, outputs: [Float], targets: [Float]) throws {
    let loss = try Self.loss(name)
    func evaluate(_ outputs: [Float], gradient: UnsafeMutablePointer<Float>? = nil) -> Double {
      var result = [0.0]
      targets.withUnsafeBufferPointer { targets in
        outputs.withUnsafeBufferPointer { outputs in
          guard let outputs = outputs.baseAddress, let targets = targets.baseAddress else { return }
          loss.compute(
            ModelOutputs(outputs, samples: 1, count: 3, isLogits: false, targets: .values(targets, count: 3)),
            losses: SampleColumn(&result), gradient: gradient, scale: 1)
        }
      }
      return result[0]
    }
    var gradient = [Float](repeating: 0, count: 3)
    _ = evaluate(outputs, gradient: &gradient)
    for index in outputs.indices {
      var (more, less) = (outputs, outputs)
      more[index] += 1e-3
      less[index] -= 1e-3
      let slope = (evaluate(more) - evaluate(less)) / Double(more[index] - less[index])
      #expect(abs(slope - Double(gradient[index])) < 2e-3, "\(index)")
    }
  }

  @Test("the mean absolute error does not pull at an output that is right")
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

  @Test(
    "NaN outputs give a NaN loss",
    arguments: [
      "mean_squared_error", "mean_absolute_error", "binary_crossentropy",
      "binary_crossentropy_logits",
    ])
  func notANumber(name: String) throws {
    var (losses, gradient) = ([0.0], [Float](repeating: 0, count: 2))
    let (outputs, targets): ([Float], [Float]) = ([.nan, 0.5], [1, 0])
    let loss = try Self.loss(name)
    targets.withUnsafeBufferPointer { targets in
      outputs.withUnsafeBufferPointer { outputs in
        guard let outputs = outputs.baseAddress, let targets = targets.baseAddress else { return }
        loss.compute(
          ModelOutputs(outputs, samples: 1, count: 2, isLogits: false, targets: .values(targets, count: 2)),
          losses: SampleColumn(&losses), gradient: &gradient, scale: 1)
      }
    }
    #expect(losses[0].isNaN && gradient[0].isNaN && gradient[1].isFinite)
  }

  @Test("a metric says itself whether larger is better, and is found by Keras' short names")
  func catalog() {
    let directions = MetricCatalog.all.map { ($0.name, $0.largerIsBetter) }
    #expect(directions.filter(\.1).map(\.0) == ["accuracy", "binary_accuracy"])
    #expect(directions.filter { !$0.1 }.map(\.0) == ["mean_squared_error", "mean_absolute_error"])
    #expect(MetricCatalog.find("mae")?.name == "mean_absolute_error" && MetricCatalog.find("acc")?.name == "accuracy")
    #expect(LossCatalog.find("mse")?.name == "mean_squared_error" && LossCatalog.find("hinge") == nil)
  }
}
