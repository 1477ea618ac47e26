import Kernels
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
