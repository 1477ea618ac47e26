import Kernels

/// Sums over samples in a fixed tree whose leaves are the samples: ((0+1)+(2+3))+((4+5)+(6+7)), in the shape of `ShardTree`.
///
/// Samples from a multiple of a power of two on, as many as that power or up to the last one, are a branch of the tree:
/// they can be summed on their own, and the sums of such branches with another tree, without a difference in any bit.
package enum SampleTree {
  /// The numbers of `levels` in `sum` for rows of `width` numbers.
  package static func levelsCount(rows: Int, width: Int) -> Int {
    (Int.bitWidth - max(rows, 1).leadingZeroBitCount + 1) * width
  }

  /// Sums rows.
  ///
  /// - Parameters:
  ///   - rows: (count, width)
  ///   - total: (width), overwritten; zero for no rows.
  ///   - levels: `levelsCount` numbers.
  package static func sum(
    _ rows: UnsafePointer<Double>, count: Int, width: Int, into total: UnsafeMutablePointer<Double>,
    levels: UnsafeMutablePointer<Double>
  ) {
    total.update(repeating: 0, count: width)
    for row in 0..<count {
      let occupied = ShardTree.levels(at: row, of: count)
      (levels + occupied.upperBound * width).update(from: rows + row * width, count: width)
      for level in occupied.reversed() {
        let (lower, upper) = (levels + level * width, levels + (level + 1) * width)
        for index in 0..<width { lower[index] += upper[index] }
      }
    }
    if count > 0 { total.update(from: levels, count: width) }
  }
}
