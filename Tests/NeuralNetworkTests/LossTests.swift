import Testing

@testable import NeuralNetwork

@Suite("Losses")
struct LossTests {
  static let cases: [(name: String, loss: any Loss, form: OutputForm)] = [
    ("fused", CategoricalCrossentropy(), .logits), ("fused", SparseCategoricalCrossentropy(), .logits),
    ("fused", CategoricalCrossentropy(fromLogits: true), .outputs),
    ("fused", SparseCategoricalCrossentropy(fromLogits: true), .outputs),
    // A softmax that the network leaves to the loss is the one that a loss from logits takes, as with TensorFlow.
    ("fused", CategoricalCrossentropy(fromLogits: true), .logits),
    ("categorical", CategoricalCrossentropy(), .outputs), ("sparse", SparseCategoricalCrossentropy(), .outputs),
  ]

  @Test("give Keras' loss and gradient", arguments: cases.indices)
  func matchesKeras(index: Int) throws {
    let (name, loss, form) = Self.cases[index]
    let golden = try Golden("losses/\(name)")
    let outputs = try golden.values("outputs")
    let labels = try golden.integers("labels").map(Int32.init)
    let (samples, classes) = (labels.count, outputs.count / labels.count)
    var gradient = [Float](repeating: 77, count: outputs.count)
    let sum = loss.sum(
      outputs: outputs, form: form, labels: labels, samples: samples, classes: classes, gradient: &gradient,
      scale: 1 / Float(samples))
    let expected = try golden.number("loss")
    #expect(abs(sum / Double(samples) - expected) < 1e-5 * max(1, abs(expected)))
    expectEqual(gradient, try golden.values("gradient"), tolerance: 1e-5, "gradient")
    let alone = loss.sum(
      outputs: outputs, form: form, labels: labels, samples: samples, classes: classes, gradient: nil, scale: 1)
    #expect(alone == sum)
  }

  @Test("a saturated softmax has TensorFlow's loss and gradient")
  func saturated() {
    var gradient = [Float](repeating: 0, count: 3)
    let sum = CategoricalCrossentropy().sum(
      outputs: [10, -30, 200], form: .logits, labels: [0], samples: 1, classes: 3, gradient: &gradient, scale: 1)
    #expect(sum == 190)
    #expect(gradient == [-1, 0, 1])
  }

  @Test("NaN outputs give a NaN loss")
  func notANumber() {
    for form in [OutputForm.logits, .outputs] {
      let sum = CategoricalCrossentropy().sum(
        outputs: [.nan, 0.5, 0.5], form: form, labels: [1], samples: 1, classes: 3, gradient: nil, scale: 1)
      #expect(sum.isNaN)
    }
  }

  @Test("accuracy counts the samples whose first largest output is the label's")
  func accuracy() {
    let outputs: [Float] = [0.1, 0.7, 0.2, 0.5, 0.5, 0, 0.2, 0.2, 0.6]
    #expect(Accuracy().sum(outputs: outputs, labels: [1, 1, 2], samples: 3, classes: 3) == 2)
    #expect(Accuracy().sum(outputs: outputs, labels: [1, 0, 2], samples: 3, classes: 3) == 3)
  }
}
