import Foundation
import Kernels
import Testing

@Suite("Activation kernels agree with the math library")
struct ActivationComparisonTests {
  /// Values of all magnitudes and both signs, and the extremes.
  static let values: [Float] = {
    let sizes = (0..<2000).map { Float(pow(10, Double($0) / 250 - 6)) }
    return [0, -0.0, 0.625, .infinity, -.infinity, .greatestFiniteMagnitude, 87.3, -87.4, 88.4, 88.8] + sizes
      + sizes.map(-)
  }()

  /// The distance to the exact result in units in the last place.
  static func distance(_ actual: Float, _ exact: Double) -> Double {
    abs(Double(actual) - exact) / Double(max(Float(exact).ulp, .leastNormalMagnitude))
  }

  @Test("sigmoid and tanh, within 4 units in the last place", arguments: KernelComparisonTests.supported)
  func forward(instructionSet: InstructionSet) {
    let kernels = instructionSet.kernels
    let cases: [(kind: ElementwiseKind, exact: (Double) -> Double)] = [
      (.sigmoid, { 1 / (1 + exp(-$0)) }), (.tanh, { tanh($0) }),
    ]
    for (name, exact) in cases {
      var actual = Self.values
      kernels.elementwiseForward(
        ElementwiseFunction(kind: name, first: 0, second: 0, third: 0), Self.values, outputs: &actual,
        count: actual.count)
      for (value, result) in zip(Self.values, actual) {
        // Where the sigmoid becomes subnormal, zero is accepted.
        let expected = exact(Double(value))
        guard expected.magnitude > 1e-37 else {
          #expect(abs(result) < 1e-36, "\(name)(\(value)) is \(result)")
          continue
        }
        #expect(Self.distance(result, expected) <= 4, "\(name)(\(value)) is \(result), not \(expected)")
      }
    }
  }

  /// A function in `Double`, and its derivative.
  typealias Exact = (
    function: ElementwiseFunction, value: @Sendable (Double) -> Double, derivative: @Sendable (Double) -> Double
  )

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  private static func distribution(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }
  private static func density(_ x: Double) -> Double { exp(-x * x / 2) / (2 * Double.pi).squareRoot() }
  private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

  private static let exact: [Exact] = {
    func function(_ kind: ElementwiseKind, _ first: Float = 0, _ second: Float = 0, _ third: Float = 0)
      -> ElementwiseFunction
    { ElementwiseFunction(kind: kind, first: first, second: second, third: third) }
    let root = (2 / Double.pi).squareRoot()
    @Sendable func bend(_ x: Double) -> Double { sigmoid(2 * root * (x + 0.044715 * x * x * x)) }
    return [
      (function(.positivePart), { max($0, 0) }, { $0 > 0 ? 1 : 0 }),
      (function(.sigmoid), { sigmoid($0) }, { sigmoid($0) * (1 - sigmoid($0)) }),
      (function(.tanh), { tanh($0) }, { 1 - tanh($0) * tanh($0) }),
      (function(.elu, 0.75, 1.5), { $0 > 0 ? 1.5 * $0 : 1.125 * expm1($0) }, { $0 > 0 ? 1.5 : 1.125 * exp($0) }),
      (
        function(.relu, 0.25, 2, 0.5), { $0 > 0.5 ? min($0, 2) : 0.25 * ($0 - 0.5) },
        { $0 > 0.5 ? ($0 < 2 ? 1 : 0) : 0.25 }
      ),
      (function(.exponential), { exp($0) }, { exp($0) }),
      (function(.hardSigmoid), { min(max($0 / 6 + 0.5, 0), 1) }, { abs($0) < 3 ? 1 / 6.0 : 0 }),
      (function(.gelu), { $0 * distribution($0) }, { distribution($0) + $0 * density($0) }),
      (
        function(.geluApproximate), { $0 * bend($0) },
        { bend($0) + $0 * bend($0) * (1 - bend($0)) * 2 * root * (1 + 0.134145 * $0 * $0) }
      ),
      (function(.silu), { $0 * sigmoid($0) }, { sigmoid($0) * (1 + $0 * (1 - sigmoid($0))) }),
      (function(.softplus), { softplus($0) }, { sigmoid($0) }),
      (function(.softsign), { $0 / (1 + abs($0)) }, { 1 / ((1 + abs($0)) * (1 + abs($0))) }),
      (
        function(.hardSilu), { $0 * min(max($0 / 6 + 0.5, 0), 1) },
        { $0 > 3 ? 1 : $0 < -3 ? 0 : $0 / 3 + 0.5 }
      ),
      (
        function(.mish), { $0 * tanh(softplus($0)) },
        { tanh(softplus($0)) + $0 * sigmoid($0) * (1 - pow(tanh(softplus($0)), 2)) }
      ),
    ]
  }()

  @Test(
    "functions and their derivatives, within 6e-7 of the larger of 1 and the result, for lengths up to 40",
    arguments: KernelComparisonTests.supported, exact.indices)
  func elementwise(instructionSet: InstructionSet, index: Int) {
    let (kernels, exact) = (instructionSet.kernels, Self.exact[index])
    let readsOutputs = [
      ElementwiseKind.positivePart, .sigmoid, .tanh, .elu, .relu, .exponential, .hardSigmoid,
    ].contains(exact.function.kind)
    let inputs = Self.values.filter { abs($0) < 60 && abs(abs($0) - 3) > 1e-3 } + [-3.5, 2.5, 1, -1]
    for count in Array(1...40) + [inputs.count] {
      let inputs = Array(inputs.suffix(count))
      var outputs = inputs
      kernels.elementwiseForward(exact.function, inputs, outputs: &outputs, count: count)
      var gradients = [Float](repeating: -2, count: count)
      kernels.elementwiseBackward(
        exact.function, readsOutputs ? outputs : inputs, outputGradients: gradients, inputGradients: &gradients,
        count: count)
      for (place, input) in inputs.enumerated() {
        let (value, slope) = (exact.value(Double(input)), -2 * exact.derivative(Double(input)))
        #expect(
          abs(Double(outputs[place]) - value) <= 6e-7 * max(1, abs(value)), "f(\(input)) of \(exact.function.kind)")
        // At 0 the derivatives are those of the left side.
        guard input != 0 else { continue }
        #expect(
          abs(Double(gradients[place]) - slope) <= 3e-6 * max(1, abs(slope)), "f'(\(input)) of \(exact.function.kind)")
      }
    }
    var notANumber: [Float] = [.nan, 1]
    kernels.elementwiseForward(exact.function, notANumber, outputs: &notANumber, count: 2)
    #expect(notANumber[0].isNaN && !notANumber[1].isNaN)
  }
}
