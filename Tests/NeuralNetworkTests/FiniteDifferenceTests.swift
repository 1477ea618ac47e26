import Randomness
import Testing

@testable import NeuralNetwork

@Suite("Gradients are what finite differences say")
struct FiniteDifferenceTests {
  static let cases: [(layer: any Layer, input: Shape)] = [
    (Conv2D(filters: 3, kernelSize: [3, 2], strides: [2, 1], padding: .same, activation: .tanh), [5, 4, 2]),
    (Conv2D(filters: 2, kernelSize: [2, 3], strides: [1, 3], padding: .valid, activation: .sigmoid), [4, 9, 1]),
    (Conv2D(filters: 4, kernelSize: [3, 3], padding: .same, activation: .softmax), [3, 5, 2]),
    (MaxPooling2D(poolSize: [2, 3], strides: [1, 2], padding: .same), [5, 7, 2]),
    (AveragePooling2D(poolSize: [3, 2], strides: [2, 2], padding: .same), [5, 7, 3]),
    (Flatten(), [3, 2, 2]),
    (Dense(units: 5, activation: .tanh), [7]),
    (Dense(units: 3, activation: .softmax, useBias: false), [4]),
    (Activation(.sigmoid), [3, 4, 2]),
    (Activation(.relu), [9]),
    (Activation(.softmax), [6]),
  ]

  @Test("along random directions", arguments: cases.indices)
  func directionalDerivative(index: Int) throws {
    let (layer, inputShape) = Self.cases[index]
    let runner = try LayerRunner(layer, input: inputShape)
    let samples = 3
    var random = RandomStream(seed: 5, purpose: .initialWeights, sample: index)
    func draw(_ count: Int) -> [Float] { (0..<count).map { _ in random.nextUniform(from: -1, to: 1) } }
    // Distinct values around 0, further apart than a step moves them: no maximum and no ReLU changes sides within it.
    let count = samples * inputShape.count
    var input = (0..<count).map { 0.02 * (Float($0) - Float(count) / 2 + 0.25) }
    for index in input.indices.dropFirst() { input.swapAt(index, random.nextIndex(below: index + 1)) }
    let parameters = runner.plan.variables.map { draw($0.shape.count) }
    // The number whose gradient is taken: Σ output · weight.
    let weights = draw(samples * runner.plan.outputShape.count)
    let result = try runner.run(input, variables: parameters, outputGradient: weights)

    for _ in 0..<5 {
      let inputDirection = draw(input.count)
      let directions = parameters.map { draw($0.count) }
      func value(_ step: Float) throws -> Double {
        let moved = try runner.run(
          zip(input, inputDirection).map { $0 + step * $1 },
          variables: zip(parameters, directions).map { zip($0, $1).map { $0 + step * $1 } }, outputGradient: nil)
        return zip(moved.output, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      // With steps of 2^-8, rounding costs about 1e-4 of the difference and curvature about 1e-4 of the derivative.
      let step: Float = 0x1p-8
      let measured = (try value(step) - value(-step)) / Double(2 * step)
      var computed = dot(result.inputGradient, inputDirection)
      for (gradient, direction) in zip(result.variableGradients, directions) { computed += dot(gradient, direction) }
      #expect(abs(measured - computed) < 3e-3 * max(1, abs(computed)))
    }
  }

  private func dot(_ left: [Float], _ right: [Float]) -> Double {
    zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
