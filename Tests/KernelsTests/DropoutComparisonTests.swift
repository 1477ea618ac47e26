import Kernels
import Randomness
import Testing

@Suite("Dropout kernels")
struct DropoutComparisonTests {
  @Test(
    "the bits are those of the stream's words, and the values are kept by them, for every length up to 200",
    arguments: KernelComparisonTests.supported)
  func lengths(instructionSet: InstructionSet) {
    let kernels = instructionSet.kernels
    for count in 1...200 {
      var random = RandomStream(
        seed: 0x1234_5678_9ABC_DEF0 &+ UInt64(count), purpose: .dropout, epoch: count, step: 7 * count, sample: count)
      let threshold = UInt32(count) &* 21_000_000
      var bits = [UInt8](repeating: 0xAA, count: (count + 7) / 8 + 1)
      kernels.randomBits(
        key: random.key, counter: random.counter, threshold: threshold, count: count, bits: &bits)
      var shapes = RandomShapes(count)
      let inputs = shapes.values(count)
      var outputs = [Float](repeating: KernelComparisonTests.garbage, count: count + 1)
      kernels.scaleWhereBits(inputs, bits: bits, factor: 1.25, outputs: &outputs, count: count)

      let kept = (0..<count).map { _ in random.nextWord() >= threshold }
      var expected = [UInt8](repeating: 0, count: bits.count)
      for index in 0..<count where kept[index] { expected[index / 8] |= 1 << UInt8(index % 8) }
      expected[expected.count - 1] = 0xAA
      #expect(bits == expected, "\(count) bits")
      let values = zip(kept, inputs).map { $0 ? $1 * 1.25 : 0 }
      #expect(outputs == values + [KernelComparisonTests.garbage], "\(count) values")
    }
  }
}
