import Configuration

@testable import NeuralNetwork

/// A slice of a sample in its own shape, so that a model with one input can test layers with several.
struct InputSlice: UnaryLayer {
  static let className = "InputSlice"
  static let typeName = "input_slice"
  static let prototype = InputSlice(first: 0, shape: [1])
  static let schema: Schema = []

  let first: Int
  let shape: Shape

  func outputShape(for input: Shape) -> Shape { shape }
  func exchangeForm(for input: Shape) -> [ExchangeOperation] { [] }

  func operation(at site: LayerSite) -> (any Operation)? {
    InputSliceOperation(output: TensorLayout(shape), first: first, inputCount: site.input.shape.count)
  }
}

private struct InputSliceOperation: Operation {
  let output: TensorLayout
  let first: Int
  let inputCount: Int

  var backwardReads: BackwardReads { [] }

  func forward(_ frame: Frame) {
    let count = output.shape.count
    for sample in 0..<frame.samples {
      (frame.output + sample * count).update(from: frame.input + sample * inputCount + first, count: count)
    }
  }

  func inputGradients(_ frame: Frame) {
    guard let gradient = frame.inputGradient else { return }
    let count = output.shape.count
    gradient.update(repeating: 0, count: frame.samples * inputCount)
    for sample in 0..<frame.samples {
      (gradient + sample * inputCount + first).update(from: frame.outputGradient + sample * count, count: count)
    }
  }
}
