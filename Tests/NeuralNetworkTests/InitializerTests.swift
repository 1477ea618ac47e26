import Configuration
import Randomness
import RunConfiguration
import Testing

@testable import NeuralNetwork

@Suite("Initializers")
struct InitializerTests {
  private static func values(_ initializer: any Initializer, _ shape: Shape, seed: UInt64 = 3) -> [Float] {
    var random = RandomStream(seed: seed, purpose: .initialWeights)
    var values = [Float](repeating: 77, count: shape.count)
    values.withUnsafeMutableBufferPointer { initializer.fill($0, shape: shape, random: &random) }
    return values
  }

  private static func deviation(_ values: [Float]) -> (mean: Double, deviation: Double) {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (mean, (squares / Double(values.count)).squareRoot())
  }

  /// The standard deviations for a kernel (3, 3, 20, 50): fan in 180, fan out 450.
  @Test(
    "have the mean and the deviation of their formulas, and no value beyond the limit",
    arguments: [
      (GlorotUniform(), 0, (2.0 / 630).squareRoot(), 3.0.squareRoot()),
      (GlorotNormal(), 0, (2.0 / 630).squareRoot(), 2 / 0.8796),
      (HeUniform(), 0, (2.0 / 180).squareRoot(), 3.0.squareRoot()),
      (HeNormal(), 0, (2.0 / 180).squareRoot(), 2 / 0.8796),
      (LecunUniform(), 0, (1.0 / 180).squareRoot(), 3.0.squareRoot()),
      (LecunNormal(), 0, (1.0 / 180).squareRoot(), 2 / 0.8796),
      (VarianceScaling(scale: 3, mode: .fanOut, distribution: .untruncatedNormal), 0, (3.0 / 450).squareRoot(), 6),
      (RandomNormal(mean: 1, stddev: 0.5), 1, 0.5, 6),
      (RandomUniform(lower: -1, upper: 3), 1, 4 / 12.0.squareRoot(), 2),
      (TruncatedNormal(mean: -1, stddev: 0.5), -1, 0.5 * 0.8796, 2 / 0.8796),
    ] as [(any Initializer, Double, Double, Double)])
  func distributions(initializer: any Initializer, mean: Double, deviation: Double, limit: Double) {
    let values = Self.values(initializer, [3, 3, 20, 50])
    let found = Self.deviation(values)
    #expect(abs(found.mean - mean) < 0.04 * deviation && abs(found.deviation - deviation) < 0.03 * deviation)
    #expect(values.allSatisfy { abs(Double($0) - mean) <= limit * deviation * 1.001 })
    #expect(values == Self.values(initializer, [3, 3, 20, 50]))
    #expect(values != Self.values(initializer, [3, 3, 20, 50], seed: 4))
  }

  @Test("an orthogonal one has orthogonal columns, or rows", arguments: [[12, 5], [5, 12], [2, 2, 3, 7], [4, 4]])
  func orthogonal(dimensions: [Int]) {
    let shape = Shape(dimensions)
    let values = Self.values(Orthogonal(gain: 2), shape)
    let columns = dimensions[dimensions.count - 1]
    let rows = shape.count / columns
    func vector(_ index: Int) -> [Float] {
      rows >= columns
        ? (0..<rows).map { values[$0 * columns + index] } : (0..<columns).map { values[index * columns + $0] }
    }
    for first in 0..<min(rows, columns) {
      for second in 0...first {
        let product = zip(vector(first), vector(second)).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (first == second ? 4 : 0)) < 1e-5)
      }
    }
  }

  @Test("constants, the identity, and biases of any initializer")
  func simple() {
    #expect(Self.values(Constant(value: 0.5), [3]) == [0.5, 0.5, 0.5])
    #expect(Self.values(Identity(gain: 2), [2, 3]) == [2, 0, 0, 0, 2, 0])
    #expect(Self.values(HeNormal(), [64]).allSatisfy { abs($0) < 1 })
  }

  @Test(
    "weights have options in YAML",
    arguments: [
      ("dense: {units: 3, kernel_initializer: he_normal}", nil),
      ("dense: {units: 3, kernel_initializer: {name: random_normal, stddev: 0.1}, bias_initializer: ones}", nil),
      (
        "conv2d: {filters: 3, kernel_size: 3, kernel_regularizer: {name: l2, l2: 0.0005}, bias_constraint: non_neg}",
        nil
      ),
      (
        "conv2d: {filters: 3, kernel_size: 3, kernel_constraint: {name: max_norm, max_value: 3, axis: [0, 1, 2]}}", nil
      ),
      ("batch_normalization: {gamma_initializer: zeros, beta_regularizer: l1}", nil),
      (
        "dense: {units: 3, kernel_initializer: he_norm}",
        "model[0].dense.kernel_initializer: unknown initializer 'he_norm'. Did you mean 'he_normal'?"
      ),
      (
        "dense: {units: 3, kernel_regularizer: 0.1}",
        "model[0].dense.kernel_regularizer: expected a regularizer's name, or one with its options (l1, "
      ),
      ("dense: {units: 3, kernel_regularizer: {name: l2, l2: -1}}", "l2: expected a number of 0 or more. Received: -1"),
      ("dense: {units: 3, kernel_regularizer: {name: l2, l1: 1}}", "unknown key 'l1'"),
      ("dense: {units: 3, activity_regularizer: l3}", "model[0].dense.activity_regularizer: unknown regularizer 'l3'"),
      ("depthwise_conv2d: {kernel_size: 3, depthwise_initializer: he_normal, depthwise_constraint: non_neg}", nil),
      ("separable_conv2d: {filters: 2, kernel_size: 3, pointwise_regularizer: l1, depthwise_initializer: ones}", nil),
      ("conv2d_transpose: {filters: 2, kernel_size: 3, kernel_regularizer: l2, bias_initializer: ones}", nil),
      ("prelu: {alpha_initializer: {name: constant, value: 0.25}, alpha_constraint: non_neg}", nil),
      ("layer_normalization: {gamma_initializer: zeros, beta_regularizer: l1}", nil),
      ("group_normalization: {groups: 2, gamma_constraint: unit_norm}", nil),
    ] as [(String, String?)])
  func yaml(text: String, message: String?) throws {
    let document = try YAMLDocument.parse("- \(text)")
    if let message {
      let error = #expect(throws: ConfigurationError.self) { try Model(configuration: document, path: "model") }
      #expect(error.map { "\($0)".contains(message) } == true, "\(error.map { "\($0)" } ?? "")")
    } else {
      let model = try Model(configuration: document, path: "model")
      #expect(try Model(configuration: model.configuration, path: "model").configuration == model.configuration)
      #expect(model.layers[0].options.contains { WeightOptions.Kind(key: $0.key) != nil })
    }
  }

  @Test("refuse shapes that they cannot fill, and axes that a variable does not have")
  func shapes() {
    var convolution = Conv2D(filters: 3, kernelSize: [3, 3])
    convolution.kernel = WeightOptions(Identity())
    #expect(throws: ModelError.self) { try Model([convolution]).plan(inputShape: [5, 5, 1]) }
    var dense = Dense(units: 3)
    dense.bias = WeightOptions(Zeros(), constraint: UnitNorm(axes: [1]))
    #expect(throws: ModelError.self) { try Model([dense]).plan(inputShape: [5]) }
  }
}
