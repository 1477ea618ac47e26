import Foundation
import Kernels
import Testing

@Suite("Activation kernels agree with the math library")
struct ActivationComparisonTests {
  typealias Forward = (UnsafeMutablePointer<Float>, Int) -> Void
  typealias Backward = (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void

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
    let cases: [(name: String, kernel: Forward, exact: (Double) -> Double)] = [
      ("sigmoid", { kernels.sigmoidForward($0, count: $1) }, { 1 / (1 + exp(-$0)) }),
      ("tanh", { kernels.tanhForward($0, count: $1) }, { tanh($0) }),
    ]
    for (name, kernel, exact) in cases {
      var actual = Self.values
      kernel(&actual, actual.count)
      for (value, result) in zip(Self.values, actual) {
        // Where the sigmoid becomes subnormal, zero is accepted.
        let expected = exact(Double(value))
        guard expected.magnitude > 1e-37 else {
          #expect(abs(result) < 1e-36, "\(name)(\(value)) is \(result)")
          continue
        }
        #expect(Self.distance(result, expected) <= 4, "\(name)(\(value)) is \(result), not \(expected)")
      }
      var notANumber: [Float] = [.nan, 1]
      kernel(&notANumber, 2)
      #expect(notANumber[0].isNaN && !notANumber[1].isNaN)
    }
  }

  @Test("their derivatives, for every length up to 40", arguments: KernelComparisonTests.supported)
  func backward(instructionSet: InstructionSet) {
    let kernels = instructionSet.kernels
    let cases: [(kernel: Backward, reference: Backward)] = [
      (
        { kernels.sigmoidBackward(outputs: $0, gradients: $1, count: $2) },
        { ReferenceActivation.sigmoidBackward(outputs: $0, gradients: $1, count: $2) }
      ),
      (
        { kernels.tanhBackward(outputs: $0, gradients: $1, count: $2) },
        { ReferenceActivation.tanhBackward(outputs: $0, gradients: $1, count: $2) }
      ),
    ]
    for (kernel, reference) in cases {
      for count in 1...40 {
        var shapes = RandomShapes(count)
        let outputs = shapes.values(count)
        var actual = shapes.values(count)
        var expected = actual
        kernel(outputs, &actual, count)
        reference(outputs, &expected, count)
        expectClose(actual, expected, terms: 1, "derivatives of \(count) values")
      }
    }
  }
}
