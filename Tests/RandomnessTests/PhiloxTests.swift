import Randomness
import Testing

@Suite("Philox 4x32-10")
struct PhiloxTests {
  /// The known-answer vectors of the Random123 distribution, file `kat_vectors`, lines `philox4x32 10`.
  static let publishedVectors: [(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, words: SIMD4<UInt32>)] = [
    (SIMD4(repeating: 0), SIMD2(repeating: 0), SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
    (
      SIMD4(repeating: .max), SIMD2(repeating: .max), SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
      SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ]

  @Test("gives the published words", arguments: publishedVectors.indices)
  func publishedWords(index: Int) {
    let vector = Self.publishedVectors[index]
    #expect(Philox4x32.words(counter: vector.counter, key: vector.key) == vector.words)
  }
}

@Suite("Random stream")
struct RandomStreamTests {
  @Test("is a pure function of its key")
  func pureFunction() {
    var first = RandomStream(seed: 7, purpose: .dropout, epoch: 1, step: 2, sample: 3)
    var second = RandomStream(seed: 7, purpose: .dropout, epoch: 1, step: 2, sample: 3)
    for _ in 0..<10 { #expect(first.nextWord() == second.nextWord()) }
  }

  @Test("differs when any part of its key differs")
  func independentStreams() {
    let streams = [
      RandomStream(seed: 7, purpose: .dropout, epoch: 1, step: 2, sample: 3),
      RandomStream(seed: 8, purpose: .dropout, epoch: 1, step: 2, sample: 3),
      RandomStream(seed: 7 | 1 << 40, purpose: .dropout, epoch: 1, step: 2, sample: 3),
      RandomStream(seed: 7, purpose: .sampleOrder, epoch: 1, step: 2, sample: 3),
      RandomStream(seed: 7, purpose: .dropout, epoch: 2, step: 2, sample: 3),
      RandomStream(seed: 7, purpose: .dropout, epoch: 1, step: 3, sample: 3),
      RandomStream(seed: 7, purpose: .dropout, epoch: 1, step: 2, sample: 4),
    ]
    let firstWords = streams.map { stream -> UInt64 in
      var stream = stream
      return stream.next()
    }
    #expect(Set(firstWords).count == streams.count)
  }

  @Test("draws indices evenly")
  func evenIndices() {
    var stream = RandomStream(seed: 1, purpose: .sampleOrder)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[stream.nextIndex(below: 7)] += 1 }
    // 10,000 expected each; 5 standard deviations are 463.
    for count in counts { #expect(abs(count - 10_000) < 463) }
  }

  @Test("draws uniform numbers in [0, 1)")
  func uniformNumbers() {
    var stream = RandomStream(seed: 1, purpose: .initialWeights)
    let values = (0..<10_000).map { _ in stream.nextUniform() }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = values.reduce(0, +) / 10_000
    #expect(abs(mean - 0.5) < 0.015)  // 5 standard deviations
  }
}
