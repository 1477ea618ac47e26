import Kernels
import Randomness
import Testing

/// Random sizes and values, reproducible.
struct RandomShapes {
  private var random: RandomStream

  init(_ index: Int) { random = RandomStream(seed: 11, purpose: .syntheticData, sample: index) }

  mutating func size(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + random.nextIndex(below: range.count)
  }

  mutating func values(_ count: Int) -> [Float] {
    (0..<count).map { _ in random.nextUniform(from: -1, to: 1) }
  }
}

/// - Parameter terms: the number of products in a sum: rounding grows with its root.
func expectClose(
  _ actual: [Float], _ expected: [Float], terms: Int, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.count == expected.count, sourceLocation: sourceLocation)
  let tolerance = 4 * 0x1p-24 * Float(terms) + 1e-6
  for index in actual.indices where !(abs(actual[index] - expected[index]) <= tolerance) {
    Issue.record("\(what)[\(index)] is \(actual[index]), not \(expected[index])", sourceLocation: sourceLocation)
    return
  }
}

@Suite("Vector kernels agree with the reference")
struct KernelComparisonTests {
  static let supported = InstructionSet.allCases.filter(\.isSupported)
  /// Overwritten by every kernel that must overwrite its output.
  static let garbage: Float = 123

  @Test("dense layers of 200 random sizes", arguments: supported)
  func dense(instructionSet: InstructionSet) {
    let kernels = instructionSet.kernels
    for index in 0..<200 {
      var shapes = RandomShapes(index)
      let samples = shapes.size(1...23)
      let inputs = shapes.size(1...(index % 3 == 0 ? 300 : 40))
      let units = shapes.size(1...(index % 5 == 0 ? 300 : 23))
      let (input, weights) = (shapes.values(samples * inputs), shapes.values(units * inputs))
      let (bias, gradient) = (shapes.values(units), shapes.values(samples * units))
      let hasBias = index % 4 != 0

      var (expected, actual) = (
        [Float](repeating: 0, count: samples * units), [Float](repeating: Self.garbage, count: samples * units)
      )
      var scratch = [Float](repeating: 0, count: kernels.denseScratchCount(samples: samples, units: units, shards: 8))
      bias.withUnsafeBufferPointer { bias in
        let bias = hasBias ? bias.baseAddress : nil
        ReferenceDense.forward(
          input: input, weights: weights, bias: bias, output: &expected, samples: samples, inputs: inputs, units: units)
        kernels.denseForward(
          input: input, weights: weights, bias: bias, output: &actual, samples: samples, inputs: inputs, units: units,
          scratch: &scratch)
      }
      expectClose(actual, expected, terms: inputs, "output \(samples)x\(inputs)x\(units)")

      expected = [Float](repeating: 0, count: samples * inputs)
      actual = [Float](repeating: Self.garbage, count: samples * inputs)
      ReferenceDense.inputGradient(
        outputGradient: gradient, weights: weights, inputGradient: &expected, samples: samples, inputs: inputs,
        units: units)
      kernels.denseInputGradient(
        outputGradient: gradient, weights: weights, inputGradient: &actual, samples: samples, inputs: inputs,
        units: units, scratch: &scratch)
      expectClose(actual, expected, terms: units, "input gradient \(samples)x\(inputs)x\(units)")

      expected = [Float](repeating: 0, count: units * inputs)
      actual = [Float](repeating: Self.garbage, count: units * inputs)
      var (expectedBias, actualBias) = (
        [Float](repeating: 0, count: units), [Float](repeating: Self.garbage, count: units)
      )
      ReferenceDense.weightGradient(
        outputGradient: gradient, input: input, weightGradient: &expected, biasGradient: &expectedBias,
        samples: samples, inputs: inputs, units: units)
      let shards = shapes.size(1...min(samples, 8))
      let ends = (1...shards).map { Int32(samples * $0 / shards) }
      kernels.denseWeightGradient(
        outputGradient: gradient, input: input, weightGradient: &actual, biasGradient: &actualBias, shardEnds: ends,
        shards: shards, inputs: inputs, units: units, unitRange: 0..<units,
        inputRange: 0..<inputs, scratch: &scratch)
      expectClose(actual, expected, terms: samples, "weight gradient \(samples)x\(inputs)x\(units)")
      expectClose(actualBias, expectedBias, terms: samples, "bias gradient")

      // Unit by unit, or in parts of units and inputs: the same bits.
      let whole = (actual, actualBias)
      (actual, actualBias) = (
        [Float](repeating: Self.garbage, count: units * inputs), [Float](repeating: Self.garbage, count: units)
      )
      let (parts, cut) = (shapes.size(1...units), inputs / 3)
      for part in 0..<parts {
        for inputRange in [cut..<inputs, 0..<cut] where !inputRange.isEmpty {
          kernels.denseWeightGradient(
            outputGradient: gradient, input: input, weightGradient: &actual, biasGradient: &actualBias,
            shardEnds: ends, shards: shards, inputs: inputs, units: units,
            unitRange: units * part / parts..<units * (part + 1) / parts, inputRange: inputRange, scratch: &scratch)
        }
      }
      #expect(actual == whole.0 && actualBias == whole.1, "\(parts) parts")
    }
  }

  @Test("shards that are computed together have the bits of shards that are summed later", arguments: supported)
  func shardsTogether(instructionSet: InstructionSet) {
    let kernels = instructionSet.kernels
    let (inputs, units) = (131, 23)
    for shards in 1...13 {
      var shapes = RandomShapes(shards)
      let sizes = (0..<shards).map { _ in shapes.size(1...5) }
      let samples = sizes.reduce(0, +)
      let (input, gradient) = (shapes.values(samples * inputs), shapes.values(samples * units))
      var scratch = [Float](
        repeating: 0, count: kernels.denseScratchCount(samples: samples, units: units, shards: shards))
      func weightGradient(_ range: Range<Int>, sizes: [Int]) -> [Float] {
        var sums = [Float](repeating: Self.garbage, count: (inputs + 1) * units)
        let ends = sizes.indices.map { Int32(sizes[...$0].reduce(0, +)) }
        sums.withUnsafeMutableBufferPointer { sums in
          guard let start = sums.baseAddress else { return }
          kernels.denseWeightGradient(
            outputGradient: Array(gradient[range.lowerBound * units..<range.upperBound * units]),
            input: Array(input[range.lowerBound * inputs..<range.upperBound * inputs]), weightGradient: start,
            biasGradient: start + inputs * units, shardEnds: ends, shards: sizes.count, inputs: inputs, units: units,
            unitRange: 0..<units, inputRange: 0..<inputs, scratch: &scratch)
        }
        return sums
      }
      let ends = sizes.indices.map { sizes[...$0].reduce(0, +) }
      let alone = sizes.indices.flatMap { weightGradient(ends[$0] - sizes[$0]..<ends[$0], sizes: [sizes[$0]]) }
      var summed = [Float](repeating: Self.garbage, count: (inputs + 1) * units)
      let count = summed.count
      kernels.sumShards(alone, stride: count, shardCount: shards, total: &summed, count: count)
      #expect(weightGradient(0..<samples, sizes: sizes) == summed, "\(shards) shards")
    }
  }

  @Test("a sample's results do not depend on its position in the shard", arguments: supported)
  func placeInShard(instructionSet: InstructionSet) {
    let kernels = instructionSet.kernels
    var shapes = RandomShapes(1000)
    let (samples, inputs, units) = (11, 131, 23)
    let (input, weights) = (shapes.values(samples * inputs), shapes.values(units * inputs))
    let gradient = shapes.values(samples * units)
    var scratch = [Float](repeating: 0, count: kernels.denseScratchCount(samples: samples, units: units, shards: 8))
    func run(_ range: Range<Int>) -> (output: [Float], inputGradient: [Float]) {
      var (output, inputGradient) = (
        [Float](repeating: 0, count: range.count * units), [Float](repeating: 0, count: range.count * inputs)
      )
      kernels.denseForward(
        input: Array(input[range.lowerBound * inputs..<range.upperBound * inputs]), weights: weights, bias: nil,
        output: &output, samples: range.count, inputs: inputs, units: units, scratch: &scratch)
      kernels.denseInputGradient(
        outputGradient: Array(gradient[range.lowerBound * units..<range.upperBound * units]), weights: weights,
        inputGradient: &inputGradient, samples: range.count, inputs: inputs, units: units,
        scratch: &scratch)
      return (output, inputGradient)
    }
    let whole = run(0..<samples)
    for sample in 0..<samples {
      let alone = run(sample..<sample + 1)
      #expect(alone.output == Array(whole.output[sample * units..<(sample + 1) * units]))
      #expect(alone.inputGradient == Array(whole.inputGradient[sample * inputs..<(sample + 1) * inputs]))
    }
  }

  private static let relu = ElementwiseFunction(kind: .positivePart, first: 0, second: 0, third: 0)

  @Test("elementwise kernels of every length up to 50", arguments: supported)
  func elementwise(instructionSet: InstructionSet) {
    let kernels = instructionSet.kernels
    for count in 1...50 {
      var shapes = RandomShapes(count)
      var values = shapes.values(count)
      values[0] = count % 2 == 0 ? 0 : -0.0
      var expected = values
      ReferenceActivation.reluForward(&expected, count: count)
      kernels.elementwiseForward(Self.relu, values, outputs: &values, count: count)
      #expect(values == expected)

      var (gradient, expectedGradient) = (shapes.values(count), [Float]())
      expectedGradient = gradient
      ReferenceActivation.reluBackward(outputs: expected, gradients: &expectedGradient, count: count)
      kernels.elementwiseBackward(
        Self.relu, expected, outputGradients: gradient, inputGradients: &gradient, count: count)
      #expect(gradient == expectedGradient)

      let pixels = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
      var scaled = [Float](repeating: 0, count: count)
      kernels.scaleImages(pixels, &scaled, count: count, divisor: 255, next: pixels)
      #expect(scaled == pixels.map { Float($0) / 255 })
    }
  }

  @Test("Adam's update of every length up to 50", arguments: supported)
  func adam(instructionSet: InstructionSet) {
    let (stepSize, rate1, rate2, epsilon): (Float, Float, Float, Float) = (0.01, 0.1, 0.001, 1e-7)
    for count in 1...50 {
      var shapes = RandomShapes(count)
      let gradient = shapes.values(count)
      var (parameters, momentum) = (shapes.values(count), shapes.values(count))
      var velocity = shapes.values(count).map(abs)
      let moved = zip(momentum, gradient).map { $0 + ($1 - $0) * rate1 }
      let squares = zip(velocity, gradient).map { $0 + ($1 * $1 - $0) * rate2 }
      let expected = parameters.indices.map {
        parameters[$0] - moved[$0] * stepSize / (squares[$0].squareRoot() + epsilon)
      }
      instructionSet.kernels.adamUpdate(
        parameters: &parameters, momentum: &momentum, velocity: &velocity, gradient: gradient, count: count,
        stepSize: stepSize, oneMinusBeta1: rate1, oneMinusBeta2: rate2, epsilon: epsilon)
      expectClose(momentum, moved, terms: 1, "momentum of \(count)")
      expectClose(velocity, squares, terms: 1, "velocity of \(count)")
      expectClose(parameters, expected, terms: 1, "parameters of \(count)")
    }
  }

  @Test(
    "RMSprop's update of every length up to 50, with momentum or not, centered or not", arguments: supported,
    [(false, false), (false, true), (true, false), (true, true)])
  func rmsprop(instructionSet: InstructionSet, options: (hasMomentum: Bool, isCentered: Bool)) {
    let (stepSize, rho, share, epsilon): (Float, Float, Float, Float) = (0.01, 0.9, 0.7, 1e-7)
    for count in 1...50 {
      var shapes = RandomShapes(count)
      let gradient = shapes.values(count)
      var (parameters, momentum, average) = (shapes.values(count), shapes.values(count), shapes.values(count))
      // No variance is negative.
      var velocity = zip(average, shapes.values(count)).map { $0 * $0 + abs($1) }
      let squares = zip(velocity, gradient).map { $0 * rho + $1 * $1 * (1 - rho) }
      let averages = zip(average, gradient).map { options.isCentered ? $0 * rho + $1 * (1 - rho) : $0 }
      let changes = parameters.indices.map {
        let variance = squares[$0] - (options.isCentered ? averages[$0] * averages[$0] : 0)
        return stepSize * gradient[$0] / (variance + epsilon).squareRoot()
          + (options.hasMomentum ? share * momentum[$0] : 0)
      }
      let expected = zip(parameters, changes).map { $0 - $1 }
      let momenta = options.hasMomentum ? changes : momentum
      momentum.withUnsafeMutableBufferPointer { momentum in
        average.withUnsafeMutableBufferPointer { average in
          instructionSet.kernels.rmspropUpdate(
            parameters: &parameters, velocity: &velocity,
            momentum: options.hasMomentum ? momentum.baseAddress : nil,
            average: options.isCentered ? average.baseAddress : nil, gradient: gradient, count: count,
            stepSize: stepSize, rho: rho, oneMinusRho: 1 - rho, momentumShare: share, epsilon: epsilon)
        }
      }
      expectClose(velocity, squares, terms: 1, "velocity of \(count)")
      expectClose(average, averages, terms: 1, "average of \(count)")
      expectClose(momentum, momenta, terms: 1, "momentum of \(count)")
      expectClose(parameters, expected, terms: 1, "parameters of \(count)")
    }
  }

  @Test("NaN survives ReLU", arguments: supported)
  func notANumber(instructionSet: InstructionSet) {
    var values = [Float](repeating: .nan, count: 21)
    instructionSet.kernels.elementwiseForward(Self.relu, values, outputs: &values, count: 21)
    #expect(values.filter(\.isNaN).count == 21)
  }

  @Test("the sum of shards is a fixed tree, however its range is split", arguments: supported)
  func shardTree(instructionSet: InstructionSet) {
    func tree(_ values: ArraySlice<Float>) -> Float {
      guard values.count > 1 else { return values[values.startIndex] }
      var left = 1
      while left * 2 < values.count { left *= 2 }
      let middle = values.startIndex + left
      return tree(values[..<middle]) + tree(values[middle...])
    }
    for shards in [1, 2, 3, 5, 8, 13, 32] {
      var shapes = RandomShapes(shards)
      let (stride, count) = (80, 71)
      let buffers = shapes.values(shards * stride)
      let expected = (0..<count).map { index in tree((0..<shards).map { buffers[$0 * stride + index] }[...]) }
      var total = [Float](repeating: Self.garbage, count: count)
      instructionSet.kernels.sumShards(buffers, stride: stride, shardCount: shards, total: &total, count: count)
      #expect(total == expected)
      var parts = [Float](repeating: Self.garbage, count: count)
      for start in Swift.stride(from: 0, to: count, by: 9) {
        buffers.withUnsafeBufferPointer { buffers in
          parts.withUnsafeMutableBufferPointer { parts in
            guard let source = buffers.baseAddress, let target = parts.baseAddress else { return }
            instructionSet.kernels.sumShards(
              source + start, stride: stride, shardCount: shards, total: target + start, count: min(9, count - start))
          }
        }
      }
      #expect(parts == expected)
    }
  }
}

@Suite("Instruction sets")
struct InstructionSetTests {
  @Test("the environment overrides the choice")
  func forced() throws {
    #expect(try InstructionSet.resolve(environment: ["MARTLET_INSTRUCTION_SET": "baseline"]) == .baseline)
    for best in [InstructionSet.bestSupported.rawValue, InstructionSet.bestSupported.description] {
      #expect(try InstructionSet.resolve(environment: ["MARTLET_INSTRUCTION_SET": best]) == .bestSupported)
    }
    #expect(try InstructionSet.resolve(environment: [:]) == .bestSupported)
    #expect(try InstructionSet.resolve(environment: ["MARTLET_INSTRUCTION_SET": ""]) == .bestSupported)
  }

  @Test("an unknown name is refused")
  func unknown() {
    #expect {
      try InstructionSet.resolve(environment: ["MARTLET_INSTRUCTION_SET": "avx9"])
    } throws: {
      "\($0)"
        == "MARTLET_INSTRUCTION_SET is 'avx9', which is not an instruction set. "
        + "Use one of v4, v3, baseline, or unset it."
    }
  }
}
