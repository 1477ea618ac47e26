import Randomness

/// The sample order of an epoch: a pure function of (seed, epoch, number of samples).
package struct SampleOrder: Sendable {
  /// The sample indices, in order.
  package private(set) var indices: [Int32]

  /// The identity order of `count` samples.
  package init(count: Int) {
    precondition(count <= Int32.max, "an order has at most 2^31 samples, got \(count)")
    indices = (0..<Int32(count)).map { $0 }
  }

  /// Sets the order of an epoch; without `shuffle`, that of the data.
  package mutating func update(seed: UInt64, epoch: Int, shuffle: Bool) {
    for index in indices.indices { indices[index] = Int32(index) }
    guard shuffle else { return }
    self.shuffle(RandomStream(seed: seed, purpose: .sampleOrder, epoch: epoch))
  }

  /// Permutes the order at random.
  ///
  /// Source: R. Durstenfeld, "Algorithm 235: Random permutation", CACM 7 (1964), p. 420.
  mutating func shuffle(_ stream: RandomStream) {
    var random = stream
    for index in indices.indices.dropFirst().reversed() {
      indices.swapAt(index, random.nextIndex(below: index + 1))
    }
  }
}
