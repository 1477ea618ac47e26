import Configuration
import Kernels
import RunConfiguration
import Testing

@testable import NeuralNetwork

@Suite("Max pooling")
struct MaxPoolingTests {
  @Test("the gradient of a maximum goes to the first of equal values, in row-major order")
  func tiesGoToTheFirst() throws {
    let pooling = MaxPooling2D(poolSize: [2, 2], strides: [1, 2])
    let input: [Float] = [
      1, 1, 0, -0.0,
      1, 1, 0, 0,
      5, 0, 5, 5,
    ]
    let result = try LayerRunner(pooling, inputs: [[3, 4, 1]])
      .run([input], variables: [], outputGradient: [1, 2, 3, 4])
    #expect(result.output == [1, 0, 5, 5])
    #expect(result.inputGradients == [[1, 0, 2, 0, 0, 0, 0, 0, 3, 0, 4, 0]])
  }
}

@Suite("Dropout")
struct DropoutTests {
  private static let (samples, count) = (40, 333)

  /// The outputs for samples of ones, at a place in the model.
  private func dropped(
    _ rate: Double, layerIndex: Int = 0, shards: Int = 1, groupSize: Int = 1,
    pass: Pass = Pass(mode: .training, seed: 3)
  ) throws -> [Float] {
    let runner = try LayerRunner(Dropout(rate: rate), inputs: [[Self.count]], layerIndex: layerIndex)
    let ones = [Float](repeating: 1, count: Self.samples * Self.count)
    let division = LayerRunner.Division(shards: shards, groupSize: groupSize)
    let result = try runner.run([ones], variables: [], outputGradient: ones, division: division, pass: pass)
    #expect(result.inputGradients == [result.output])
    return result.output
  }

  @Test("drops a fraction `rate`, and divides the rest by 1 - rate", arguments: [0.1, 0.3, 0.5, 0.99])
  func share(rate: Double) throws {
    let output = try dropped(rate)
    let zeros = output.filter { $0 == 0 }.count
    // Six standard deviations of the count.
    let deviation = (rate * (1 - rate) * Double(output.count)).squareRoot()
    #expect(abs(Double(zeros) - rate * Double(output.count)) < 6 * deviation)
    #expect(Set(output) == [0, Float(1 / (1 - rate))])
    // Each sample has its own mask, and no position is favored.
    let rows = (0..<Self.samples).map { Array(output[$0 * Self.count..<($0 + 1) * Self.count]) }
    #expect(Set(rows).count == Self.samples)
    for position in 0..<Self.count where rate == 0.5 {
      let column = rows.filter { $0[position] == 0 }.count
      #expect((3...37).contains(column))
    }
  }

  @Test("is a function of only seed, layer, step and position in the batch")
  func whatDecides() throws {
    func pass(seed: UInt64 = 3, epoch: Int = 1, step: Int = 20, firstSample: Int = 0) -> Pass {
      Pass(mode: .training, seed: seed, epoch: epoch, step: step, firstSample: firstSample)
    }
    let mask = try dropped(0.4, pass: pass())
    for (shards, groupSize) in [(1, 1), (4, 1), (7, 2), (8, 8), (40, 4)] {
      #expect(try dropped(0.4, shards: shards, groupSize: groupSize, pass: pass()) == mask)
    }
    // With another batch size, the same step belongs to another position of the epoch.
    #expect(try dropped(0.4, pass: pass(epoch: 2, firstSample: 80)) == mask)
    #expect(try dropped(0.4, pass: pass(seed: 4)) != mask)
    #expect(try dropped(0.4, pass: pass(step: 21)) != mask)
    #expect(try dropped(0.4, layerIndex: 1, pass: pass()) != mask)
    // An imported run may have made any number of steps.
    #expect(try dropped(0.4, pass: pass(step: .max)) != mask)
    // The random numbers do not depend on the rate: values dropped at a smaller rate are dropped at a larger one.
    let more = try dropped(0.6, pass: pass())
    #expect(zip(mask, more).allSatisfy { $0 != 0 || $1 == 0 })
  }
}

@Suite("Gaussian noise")
struct GaussianNoiseTests {
  private static let (samples, count) = (40, 333)

  /// What is added to samples of zeros, at a place in the model.
  private func noise(
    _ stddev: Double, layerIndex: Int = 0, shards: Int = 1, groupSize: Int = 1,
    pass: Pass = Pass(mode: .training, seed: 3)
  ) throws -> [Float] {
    let runner = try LayerRunner(GaussianNoise(stddev: stddev), inputs: [[Self.count]], layerIndex: layerIndex)
    let zeros = [Float](repeating: 0, count: Self.samples * Self.count)
    let gradient = zeros.indices.map { Float($0) }
    let result = try runner.run(
      [zeros], variables: [], outputGradient: gradient, division: .init(shards: shards, groupSize: groupSize),
      pass: pass)
    #expect(result.inputGradients == [gradient])
    return result.output
  }

  @Test("is normally distributed around 0", arguments: [0.1, 0.5, 1])
  func distribution(stddev: Double) throws {
    let values = try noise(stddev).map { Double($0) / stddev }
    let count = Double(values.count)
    func mean(_ power: Int) -> Double {
      values.reduce(0) { sum, value in sum + (0..<power).reduce(1) { product, _ in product * value } } / count
    }
    // Six standard deviations of each mean: x²ᵏ has the mean (2k − 1)!!.
    for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1, 2), (3, 0, 15), (4, 3, 96)] {
      #expect(abs(mean(power) - expected) < 6 * (variance / count).squareRoot(), "x^\(power)")
    }
    // Two numbers of a pair, and of two pairs, have nothing to do with each other.
    for distance in [1, 2, 3] {
      let products = (0..<values.count - distance).reduce(0) { $0 + values[$1] * values[$1 + distance] }
      #expect(abs(products / count) < 6 / count.squareRoot(), "distance \(distance)")
    }
    #expect(Set(values).count > values.count * 9 / 10)
    #expect(values.contains { abs($0) > 3 } && values.allSatisfy { abs($0) < 7 })
  }

  @Test("is a function of seed, layer, step and position in the batch alone")
  func whatDecides() throws {
    func pass(seed: UInt64 = 3, epoch: Int = 1, step: Int = 20, firstSample: Int = 0) -> Pass {
      Pass(mode: .training, seed: seed, epoch: epoch, step: step, firstSample: firstSample)
    }
    let added = try noise(0.4, pass: pass())
    for (shards, groupSize) in [(1, 1), (4, 1), (7, 2), (8, 8), (40, 4)] {
      #expect(try noise(0.4, shards: shards, groupSize: groupSize, pass: pass()) == added)
    }
    #expect(try noise(0.4, pass: pass(epoch: 2, firstSample: 80)) == added)
    #expect(try noise(0.4, pass: pass(seed: 4)) != added)
    #expect(try noise(0.4, pass: pass(step: 21)) != added)
    #expect(try noise(0.4, layerIndex: 1, pass: pass()) != added)
    #expect(try noise(0.4, pass: pass(step: .max)) != added)
    // The same numbers at any deviation.
    #expect(zip(try noise(0.8, pass: pass()), added).allSatisfy { $0 == 2 * $1 })
  }

  @Test("is added to the inputs in training, and not in inference or with a deviation of 0")
  func whereAdded() throws {
    let runner = try LayerRunner(GaussianNoise(stddev: 0.5), inputs: [[5]])
    let inputs: [Float] = [1, -2, 3, -4, 5]
    let pass = Pass(mode: .training, seed: 3)
    let added = try runner.run([[0, 0, 0, 0, 0]], variables: [], pass: pass).output
    #expect(try runner.run([inputs], variables: [], pass: pass).output == zip(inputs, added).map { $0 + $1 })
    #expect(try runner.run([inputs], variables: [], pass: .inference).output == inputs)
    let idle = try LayerRunner(GaussianNoise(stddev: 0), inputs: [[5]])
    #expect(try idle.run([inputs], variables: [], pass: pass).output == inputs)
  }

  @Test("has a standard deviation from 0 to 1", arguments: ["-0.1", "1.5", ".nan", "a"])
  func range(value: String) throws {
    let node = try YAMLDocument.parse("- gaussian_noise: {stddev: \(value)}")
    let error = try #require(throws: ConfigurationError.self) { try Model(configuration: node, path: "model") }
    #expect("\(error)".contains("model[0].gaussian_noise.stddev: expected a number of 0 or more and at most 1. "))
  }
}
