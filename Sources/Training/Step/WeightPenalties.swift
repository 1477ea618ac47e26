import NeuralNetwork

/// The penalties of regularized variables, added to the loss, and their gradients.
///
/// A penalty is summed in `Double`: within each block, then over the blocks in order. The blocks depend on the variables
/// alone.
final class WeightPenalties: @unchecked Sendable {
  // Sendable: each task writes the penalties of its own blocks; the total is computed between phases.
  private let blocks: UpdateBlocks
  /// For each trainable variable, the factors of absolute values and squares; nil without a penalty.
  private let factors: [(l1: Float, l2: Float)?]
  private let sums: UnsafeMutablePointer<Double>
  /// The sum over all variables at the start of the last step.
  private(set) var total = 0.0

  init(_ blocks: UpdateBlocks, _ variables: [Variable]) {
    self.blocks = blocks
    factors = variables.map { variable in
      variable.specification.regularizer.map { (Float($0.l1), Float($0.l2)) }
    }
    sums = .allocate(capacity: max(blocks.blocks.count, 1))
    sums.initialize(repeating: 0, count: max(blocks.blocks.count, 1))
  }

  deinit { sums.deallocate() }

  /// Whether a variable has a penalty.
  var areEmpty: Bool { factors.allSatisfy { $0 == nil } }

  /// Computes the penalty of a block, and adds its gradient l1 · sign(w) + 2 · l2 · w, where sign(0) is 0.
  func add(
    _ block: UpdateBlocks.Block, at index: Int, values: UnsafePointer<Float>, gradient: UnsafeMutablePointer<Float>
  ) {
    guard let (l1, l2) = factors[block.variable] else { return }
    sums[index] = Self.sum(values, block.range.count, l1, l2)
    let twice = 2 * l2
    for position in 0..<block.range.count {
      let value = values[position]
      gradient[position] += l1 * (value > 0 ? 1 : value < 0 ? -1 : 0) + twice * value
    }
  }

  /// Sums the penalties; called after all blocks.
  func finish() {
    guard !areEmpty else { return }
    total = 0
    for index in blocks.blocks.indices { total += sums[index] }
  }

  /// The penalties of the values in the flat buffer of the trainable variables.
  func total(of values: UnsafePointer<Float>) -> Double {
    var total = 0.0
    for block in blocks.blocks {
      guard let (l1, l2) = factors[block.variable] else { continue }
      total += Self.sum(values + block.range.lowerBound, block.range.count, l1, l2)
    }
    return total
  }

  private static func sum(_ values: UnsafePointer<Float>, _ count: Int, _ l1: Float, _ l2: Float) -> Double {
    var (sizes, squares) = (0.0, 0.0)
    for index in 0..<count {
      sizes += Double(abs(values[index]))
      squares += Double(values[index]) * Double(values[index])
    }
    return Double(l1) * sizes + Double(l2) * squares
  }
}
