import Configuration
import KerasGolden
import Randomness
import Testing

@testable import NeuralNetwork

/// A loss with its options, and what Keras computed with it.
private struct LossCase {
  let golden: Golden
  let loss: any Loss
  /// Whether the outputs are the argument of a softmax that the program leaves to the loss.
  let isLogits: Bool
  let outputs: [Float]
  let classes: [Int32]

  /// The outputs of a sample.
  var count: Int { outputs.count / classes.count }

  init(_ name: String) throws {
    golden = try Golden("losses/\(name)")
    let lossName = try golden.attribute("loss")
    let type = try #require(LossCatalog.all.first { $0.name == lossName })
    loss = try type.init(
      options: ConfigurationReader(golden.node("configuration"), path: lossName, keys: type.optionKeys))
    isLogits = try golden.attribute("form") == "logits"
    outputs = try golden.values("outputs")
    classes = try golden.integers("labels").map(Int32.init)
  }

  func compute(
    _ outputs: [Float], gradient: UnsafeMutablePointer<Float>? = nil, scale: Float = 1
  ) -> [Double] {
    computed(loss, outputs, isLogits: isLogits, classes: classes, gradient: gradient, scale: scale)
  }
}

/// The loss of each sample.
private func computed(
  _ loss: any Loss, _ outputs: [Float], isLogits: Bool, classes: [Int32],
  gradient: UnsafeMutablePointer<Float>? = nil, scale: Float = 1
) -> [Double] {
  var losses = [Double](repeating: 77, count: classes.count)
  compute(outputs, isLogits: isLogits, classes: classes, into: &losses) {
    loss.compute($0, losses: $1, gradient: gradient, scale: scale)
  }
  return losses
}

private func compute(
  _ outputs: [Float], isLogits: Bool, classes: [Int32], into values: inout [Double],
  _ body: (ModelOutputs, SampleColumn) -> Void
) {
  values.withUnsafeMutableBufferPointer { values in
    outputs.withUnsafeBufferPointer { outputs in
      classes.withUnsafeBufferPointer { classes in
        guard let start = outputs.baseAddress, let labels = classes.baseAddress, let rows = values.baseAddress
        else { return }
        let outputs = ModelOutputs(
          start, samples: classes.count, count: outputs.count / classes.count, isLogits: isLogits,
          targets: .classes(labels))
        body(outputs, SampleColumn(rows))
      }
    }
  }
}

@Suite("Every loss in the catalog")
struct LossConformanceTests {
  /// Those over numbers have theirs in `ValueLossTests`.
  @Test("has cases of Keras'", arguments: LossCatalog.all.filter { $0.targets == .classes }.map { $0.name })
  func hasCases(name: String) throws {
    #expect(try Golden.cases("losses").contains { try Golden("losses/\($0)").attribute("loss") == name })
  }

  @Test("gives Keras' loss and gradient", arguments: Golden.cases("losses"))
  func matchesKeras(name: String) throws {
    let lossCase = try LossCase(name)
    let samples = lossCase.classes.count
    var gradient = [Float](repeating: 77, count: lossCase.outputs.count)
    let losses = lossCase.compute(lossCase.outputs, gradient: &gradient, scale: 1 / Float(samples))
    let expected = try lossCase.golden.number("loss")
    #expect(abs(losses.reduce(0, +) / Double(samples) - expected) < 1e-5 * max(1, abs(expected)))
    expectEqual(gradient, try lossCase.golden.values("gradient"), tolerance: 1e-5, "gradient")
    #expect(lossCase.compute(lossCase.outputs) == losses)
  }

  @Test("has the gradient that finite differences say", arguments: Golden.cases("losses"))
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

  @Test("has the same bits for each sample, whatever samples are computed with it", arguments: Golden.cases("losses"))
  func samples(name: String) throws {
    let lossCase = try LossCase(name)
    let count = lossCase.count
    var whole = [Float](repeating: 77, count: lossCase.outputs.count)
    let losses = lossCase.compute(lossCase.outputs, gradient: &whole, scale: 0.25)
    for (sample, label) in lossCase.classes.enumerated() {
      let row = sample * count..<(sample + 1) * count
      var gradient = [Float](repeating: 77, count: count)
      let alone = computed(
        lossCase.loss, Array(lossCase.outputs[row]), isLogits: lossCase.isLogits, classes: [label],
        gradient: &gradient, scale: 0.25)
      #expect(alone == [losses[sample]])
      #expect(gradient == Array(whole[row]))
    }
  }

  @Test("is the same after its options were written and read", arguments: Golden.cases("losses"))
  func options(name: String) throws {
    let loss = try LossCase(name).loss
    let type = type(of: loss)
    let read = try type.init(
      options: ConfigurationReader(
        ConfigurationNode(mapping: loss.options), path: type.name, keys: type.optionKeys))
    #expect(read.options == loss.options && read.fromLogits == loss.fromLogits)
  }
}

@Suite("Losses")
struct LossTests {
  @Test(
    "from logits take the softmax that a model ends with",
    arguments: ["categorical_crossentropy", "sparse_categorical_crossentropy"])
  func fromLogits(name: String) throws {
    let (left, right) = (try LossCase("\(name)_softmax"), try LossCase("\(name)_logits"))
    #expect(computed(right.loss, left.outputs, isLogits: true, classes: left.classes) == left.compute(left.outputs))
  }

  @Test("a saturated softmax has TensorFlow's loss and gradient")
  func saturated() {
    var gradient = [Float](repeating: 0, count: 3)
    let losses = computed(
      CategoricalCrossentropy(), [10, -30, 200], isLogits: true, classes: [0], gradient: &gradient)
    #expect(losses == [190])
    #expect(gradient == [-1, 0, 1])
  }

  @Test("NaN outputs give a NaN loss")
  func notANumber() {
    for isLogits in [true, false] {
      let losses = computed(CategoricalCrossentropy(), [.nan, 0.5, 0.5], isLogits: isLogits, classes: [1])
      #expect(losses[0].isNaN)
    }
  }

  private func accuracy(_ outputs: [Float], _ classes: [Int32]) -> [Double] {
    var values = [Double](repeating: 77, count: classes.count)
    compute(outputs, isLogits: false, classes: classes, into: &values) { Accuracy().compute($0, values: $1) }
    return values
  }

  @Test("accuracy counts the samples whose first largest output is the label's")
  func accuracy() {
    let outputs: [Float] = [0.1, 0.7, 0.2, 0.5, 0.5, 0, 0.2, 0.2, 0.6]
    #expect(accuracy(outputs, [1, 1, 2]) == [1, 0, 1])
    #expect(accuracy(outputs, [1, 0, 2]) == [1, 1, 1])
  }
}
