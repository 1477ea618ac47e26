import Kernels
import Testing

@testable import NeuralNetwork

@Suite("Layers give what Keras gives")
struct KerasLayerTests {
  /// Sums of up to 3,000 products in other orders differ in the last of Float's 24 bits, times the root of the count.
  static let tolerance: Float = 1e-5

  @Test("forward and backward", arguments: Golden.cases("layers"))
  func matchesKeras(name: String) throws {
    let golden = try Golden("layers/\(name)")
    let layer = try golden.layer()
    let inputShape = Shape(Array(try golden.dimensions("input").dropFirst()))
    let outputShape = Shape(Array(try golden.dimensions("output").dropFirst()))
    #expect(try layer.outputShape(for: [inputShape]) == outputShape)

    let names = try ["kernel", "bias"].filter(golden.contains)
    let result = try LayerRunner(layer, input: inputShape).run(
      golden.values("input"), variables: names.map(golden.values),
      outputGradient: golden.values("output_gradient"))
    expectEqual(result.output, try golden.values("output"), tolerance: Self.tolerance, "output")
    expectEqual(
      result.inputGradient, try golden.values("input_gradient"), tolerance: Self.tolerance, "input gradient")
    #expect(result.variableGradients.count == names.count)
    for (name, gradient) in zip(names, result.variableGradients) {
      expectEqual(gradient, try golden.values("\(name)_gradient"), tolerance: Self.tolerance, "\(name) gradient")
    }
  }

  @Test("there are cases for every layer")
  func coversAllLayers() throws {
    let covered = try Set(Golden.cases("layers").map { type(of: try Golden("layers/\($0)").layer()).className })
    #expect(covered == Set(LayerCatalog.all.map { $0.className }))
  }

  @Test("the gradient of a maximum goes to the first of equal values, in row-major order")
  func tiesGoToTheFirst() throws {
    let pooling = MaxPooling2D(poolSize: [2, 2], strides: [1, 2])
    let input: [Float] = [
      1, 1, 0, -0.0,
      1, 1, 0, 0,
      5, 0, 5, 5,
    ]
    let result = try LayerRunner(pooling, input: [3, 4, 1]).run(input, variables: [], outputGradient: [1, 2, 3, 4])
    #expect(result.output == [1, 0, 5, 5])
    #expect(result.inputGradient == [1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0])
  }
}
