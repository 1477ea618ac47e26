/// The second moments E[x xᵀ] of vectors, not centered.
package struct SecondMoments {
  private let size: Int
  private var sums: [Double]
  private var count = 0

  /// Those of white noise, until vectors are added.
  package init(size: Int) {
    self.size = size
    sums = [Double](repeating: 0, count: size * size)
  }

  /// Adds a vector.
  package mutating func add(_ vector: [Double]) {
    count += 1
    for row in 0..<size {
      let factor = vector[row]
      for column in 0...row { sums[row * size + column] += factor * vector[column] }
    }
  }

  /// (size, size), symmetric.
  package var means: [Double] {
    (0..<size * size).map { index in
      let (row, column) = (max(index / size, index % size), min(index / size, index % size))
      return count == 0 ? (row == column ? 1 : 0) : sums[row * size + column] / Double(count)
    }
  }
}
