import KerasGolden
import Testing

@testable import NeuralNetwork

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

@Suite("Losses over classes")
struct LossTests {
  @Test(
    "from logits include the final softmax of a model",
    arguments: ["categorical_crossentropy", "sparse_categorical_crossentropy"])
  func fromLogits(name: String) throws {
    let (left, right) = (try LossCase("\(name)_softmax"), try LossCase("\(name)_logits"))
    #expect(right.compute(left.outputs, isLogits: true) == left.compute())
  }

  @Test("a saturated softmax has TensorFlow's loss and gradient")
  func saturated() {
    var gradient = [Float](repeating: 0, count: 3)
    let losses = computed(
      CategoricalCrossentropy(), [10, -30, 200], isLogits: true, classes: [0], gradient: &gradient)
    #expect(losses == [190])
    #expect(gradient == [-1, 0, 1])
  }

  @Test(
    "have the same bits for a class and for its one-hot values",
    arguments: ["softmax", "logits", "probabilities"].flatMap { form in
      ["categorical_crossentropy", "categorical_focal_crossentropy"].map { "\($0)_\(form)_one_hot" }
    })
  func oneHot(name: String) throws {
    let lossCase = try LossCase(name)
    let classes: [Int32] = [0, 4, 2, 1, 1, 0, 3]
    var (own, expected) = ([Float](repeating: 7, count: 35), [Float](repeating: 7, count: 35))
    let losses = lossCase.compute(gradient: &own, scale: 0.125)
    #expect(
      losses
        == computed(
          lossCase.loss, lossCase.outputs, isLogits: lossCase.isLogits, classes: classes, gradient: &expected,
          scale: 0.125))
    #expect(own == expected)
  }

  private func accuracy(_ outputs: [Float], _ classes: [Int32]) -> [Double] {
    var values = [Double](repeating: 77, count: classes.count)
    compute(outputs, isLogits: false, classes: classes, into: &values) { Accuracy().compute($0, values: $1) }
    return values
  }

  @Test("accuracy counts the samples whose first maximum is at the label")
  func accuracy() {
    let outputs: [Float] = [0.1, 0.7, 0.2, 0.5, 0.5, 0, 0.2, 0.2, 0.6]
    #expect(accuracy(outputs, [1, 1, 2]) == [1, 0, 1])
    #expect(accuracy(outputs, [1, 0, 2]) == [1, 1, 1])
  }
}
