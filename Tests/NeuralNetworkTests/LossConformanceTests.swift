import Configuration
import KerasGolden
import NeuralNetwork
import Randomness
import Testing

/// The conformance tests of every loss in the catalog. `LayerTrainingTests` covers workers and resuming.
@Suite("Every loss in the catalog")
struct LossConformanceTests {
  @Test("has Keras cases", arguments: Catalog.losses.names)
  func hasCases(name: String) throws {
    #expect(try LossCase.names.contains { type(of: try LossCase($0).loss).name == name })
  }

  @Test("has Keras' loss and gradient", arguments: LossCase.names)
  func matchesKeras(name: String) throws {
    let lossCase = try LossCase(name)
    let (golden, samples) = (lossCase.golden, lossCase.samples)
    var gradient = [Float](repeating: 77, count: lossCase.outputs.count)
    let losses = lossCase.compute(gradient: &gradient, scale: 1 / Float(samples))
    if try golden.contains("losses") {
      expectEqual(losses.map { Float($0) }, try golden.values("losses"), tolerance: 1e-5, "losses")
    } else {
      let expected = try golden.number("loss")
      #expect(abs(losses.reduce(0, +) / Double(samples) - expected) < 1e-5 * max(1, abs(expected)))
    }
    expectEqual(gradient, try golden.values("gradient"), tolerance: 1e-5, "gradient")
    #expect(lossCase.compute() == losses)
  }

  @Test("has a gradient that agrees with finite differences", arguments: LossCase.names)
  func finiteDifferences(name: String) throws {
    let lossCase = try LossCase(name)
    var random = RandomStream(seed: 5, purpose: .initialWeights)
    let outputs = lossCase.outputs.map { _ in random.nextUniform(from: 0.1, to: 0.9) }
    var gradient = [Float](repeating: 77, count: outputs.count)
    _ = lossCase.compute(outputs, gradient: &gradient)
    let step: Float = 0x1p-9
    for _ in 0..<5 {
      let direction = outputs.map { _ in random.nextUniform(from: -1, to: 1) }
      func value(_ step: Float) -> Double {
        lossCase.compute(zip(outputs, direction).map { $0 + step * $1 }).reduce(0, +)
      }
      let measured = (value(step) - value(-step)) / Double(2 * step)
      let computed = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      #expect(abs(measured - computed) < 3e-3 * max(1, abs(computed)))
    }
  }

  @Test("has the same bits for each sample, whichever samples are computed with it", arguments: LossCase.names)
  func samples(name: String) throws {
    let lossCase = try LossCase(name)
    let count = lossCase.count
    var whole = [Float](repeating: 77, count: lossCase.outputs.count)
    let losses = lossCase.compute(gradient: &whole, scale: 0.25)
    for sample in 0..<lossCase.samples {
      var gradient = [Float](repeating: 77, count: count)
      let alone = lossCase.compute(samples: sample..<sample + 1, gradient: &gradient, scale: 0.25)
      #expect(alone == [losses[sample]])
      #expect(gradient == Array(whole[sample * count..<(sample + 1) * count]))
    }
  }

  @Test("has a NaN loss for NaN outputs", arguments: LossCase.names)
  func notANumber(name: String) throws {
    let lossCase = try LossCase(name)
    for index in 0..<lossCase.count {
      var outputs = lossCase.outputs
      outputs[index] = .nan
      let losses = lossCase.compute(outputs)
      #expect(losses[0].isNaN && losses.dropFirst().allSatisfy { !$0.isNaN })
    }
  }

  @Test("has options that round-trip", arguments: LossCase.names)
  func options(name: String) throws {
    let loss = try LossCase(name).loss
    let type = type(of: loss)
    let read = try type.init(
      options: ConfigurationReader(
        ConfigurationNode(mapping: loss.changedOptions), path: type.name, keys: type.optionKeys))
    #expect(read.options == loss.options && read.fromLogits == loss.fromLogits)
  }
}
