import Kernels

/// Sums in a fixed tree with samples as leaves: ((0+1)+(2+3))+((4+5)+(6+7)), the shape of `ShardTree`.
///
/// A range of samples that starts at a multiple of a power of two and has that many samples, or ends at the last one,
/// is a subtree: it can be summed separately, and such sums combined by another tree, with the same bits.
package enum SampleTree {
  /// The size of `levels` in `sum` for rows of `width` numbers.
  package static func levelsCount(rows: Int, width: Int) -> Int {
    (Int.bitWidth - max(rows, 1).leadingZeroBitCount + 1) * width
  }

  /// Sums rows.
  ///
  /// - Parameters:
  ///   - rows: (count, width)
  ///   - total: (width), overwritten; zero for no rows.
  ///   - levels: `levelsCount` numbers of scratch.
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
