import Testing

@testable import NeuralNetwork

@Suite("Losses")
struct LossTests {
  static let cases: [(name: String, loss: any Loss, isLogits: Bool)] = [
    ("fused", CategoricalCrossentropy(), true), ("fused", SparseCategoricalCrossentropy(), true),
    ("fused", CategoricalCrossentropy(fromLogits: true), false),
    ("fused", SparseCategoricalCrossentropy(fromLogits: true), false),
    // A softmax that the network leaves to the loss is the one that a loss from logits takes, as with TensorFlow.
    ("fused", CategoricalCrossentropy(fromLogits: true), true),
    ("categorical", CategoricalCrossentropy(), false), ("sparse", SparseCategoricalCrossentropy(), false),
  ]

  @Test("give Keras' loss and gradient", arguments: cases.indices)
  func matchesKeras(index: Int) throws {
    let (name, loss, isLogits) = Self.cases[index]
    let golden = try Golden("losses/\(name)")
    let outputs = try golden.values("outputs")
    let labels = try golden.integers("labels").map(Int32.init)
    let (samples, classes) = (labels.count, outputs.count / labels.count)
    var gradient = [Float](repeating: 77, count: outputs.count)
    let losses = computed(loss, outputs, isLogits: isLogits, classes: labels, gradient: &gradient)
    let expected = try golden.number("loss")
    #expect(abs(losses.reduce(0, +) / Double(samples) - expected) < 1e-5 * max(1, abs(expected)))
    expectEqual(gradient, try golden.values("gradient"), tolerance: 1e-5, "gradient")
    #expect(computed(loss, outputs, isLogits: isLogits, classes: labels) == losses)
  }

  /// The loss of each sample.
  private func computed(
    _ loss: any Loss, _ outputs: [Float], isLogits: Bool, classes: [Int32],
    gradient: UnsafeMutablePointer<Float>? = nil
  ) -> [Double] {
    var losses = [Double](repeating: 77, count: classes.count)
    losses.withUnsafeMutableBufferPointer { losses in
      outputs.withUnsafeBufferPointer { outputs in
        classes.withUnsafeBufferPointer { classes in
          guard let start = outputs.baseAddress, let labels = classes.baseAddress, let rows = losses.baseAddress
          else { return }
          loss.compute(
            ModelOutputs(
              start, samples: classes.count, count: outputs.count / classes.count, isLogits: isLogits,
              targets: .classes(labels)),
            losses: SampleColumn(rows), gradient: gradient, scale: 1 / Float(classes.count))
        }
      }
    }
    return losses
  }

  private func accuracy(_ outputs: [Float], _ classes: [Int32]) -> [Double] {
    var values = [Double](repeating: 77, count: classes.count)
    values.withUnsafeMutableBufferPointer { values in
      outputs.withUnsafeBufferPointer { outputs in
        classes.withUnsafeBufferPointer { classes in
          guard let start = outputs.baseAddress, let labels = classes.baseAddress, let rows = values.baseAddress
          else { return }
          Accuracy().compute(
            ModelOutputs(
              start, samples: classes.count, count: outputs.count / classes.count, isLogits: false,
              targets: .classes(labels)), values: SampleColumn(rows))
        }
      }
    }
    return values
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

  @Test("accuracy counts the samples whose first largest output is the label's")
  func accuracy() {
    let outputs: [Float] = [0.1, 0.7, 0.2, 0.5, 0.5, 0, 0.2, 0.2, 0.6]
    #expect(accuracy(outputs, [1, 1, 2]) == [1, 0, 1])
    #expect(accuracy(outputs, [1, 0, 2]) == [1, 1, 1])
  }
}
