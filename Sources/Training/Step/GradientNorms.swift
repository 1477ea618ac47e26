import NeuralNetwork

/// The norms of gradients and the clipping factors.
///
/// A norm is the root of the sum of squares in `Double`: within each block, then over the blocks in order.
final class GradientNorms: @unchecked Sendable {
  // Sendable: each task writes the squares of its own blocks; the factors are computed between phases.
  private let blocks: UpdateBlocks
  private let clipping: UpdateOptions.Clipping?
  private let squares: UnsafeMutablePointer<Double>
  private let sums: UnsafeMutablePointer<Double>
  private let factors: UnsafeMutablePointer<Float>
  private let variableCount: Int

  init(_ blocks: UpdateBlocks, variableCount: Int, clipping: UpdateOptions.Clipping?) {
    self.blocks = blocks
    self.clipping = clipping
    self.variableCount = variableCount
    squares = .allocate(capacity: blocks.blocks.count)
    squares.initialize(repeating: 0, count: blocks.blocks.count)
    sums = .allocate(capacity: variableCount)
    sums.initialize(repeating: 0, count: variableCount)
    factors = .allocate(capacity: variableCount)
    factors.initialize(repeating: 1, count: variableCount)
  }

  deinit {
    squares.deallocate()
    sums.deallocate()
    factors.deallocate()
  }

  /// The clipping factor of a variable's gradient.
  func factor(ofVariable index: Int) -> Float { factors[index] }

  /// Sums the squares of a block.
  func square(_ block: UpdateBlocks.Block, at index: Int, gradient: UnsafePointer<Float>) {
    var sum = 0.0
    for position in 0..<block.range.count { sum += Double(gradient[position]) * Double(gradient[position]) }
    squares[index] = sum
  }

  /// Computes the factors; called after all blocks.
  func finish() {
    sums.update(repeating: 0, count: variableCount)
    for (index, block) in blocks.blocks.enumerated() { sums[block.variable] += squares[index] }
    switch clipping {
    case .norm(let limit):
      for index in 0..<variableCount {
        factors[index] = limit / max(Float(sums[index].squareRoot()), limit)
      }
    case .globalNorm(let limit):
      var total = 0.0
      for index in 0..<variableCount { total += sums[index] }
      let norm = Float(total.squareRoot())
      // With NaN or infinity in any gradient, all become NaN, as in Keras: (norm − norm) is 0 or NaN.
      let factor = limit * min(1 / norm, 1 / limit) + (norm - norm)
      factors.update(repeating: factor, count: variableCount)
    case .value, nil: break
    }
  }
}
