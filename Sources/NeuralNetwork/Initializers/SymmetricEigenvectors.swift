/// The eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.
///
/// Source: G. Golub, C. Van Loan, "Matrix Computations", 4th edition, section 8.5.
struct SymmetricEigenvectors {
  /// From the largest to the smallest.
  let values: [Double]
  /// Of length 1, each with its component of the largest magnitude, the first of equal ones, positive.
  let vectors: [[Double]]

  /// - Parameter matrix: (size, size), symmetric, of finite numbers.
  init(_ matrix: [Double], size: Int) {
    var matrix = matrix
    // The rows become the eigenvectors.
    var rotation = (0..<size * size).map { $0 / size == $0 % size ? 1.0 : 0 }
    let scale = matrix.reduce(0) { $0 + $1 * $1 }
    // Converges quadratically: a few sweeps, whatever the size.
    for _ in 0..<50 {
      let rest = matrix.indices.reduce(0) { $0 + ($1 / size == $1 % size ? 0 : matrix[$1] * matrix[$1]) }
      guard rest > 1e-30 * scale else { break }
      for first in 0..<size {
        for second in first + 1..<max(size, first + 1) { Self.rotate(&matrix, &rotation, first, second, size) }
      }
    }
    let order = (0..<size).sorted { left, right in
      let (first, second) = (matrix[left * size + left], matrix[right * size + right])
      return first == second ? left < right : first > second
    }
    values = order.map { matrix[$0 * size + $0] }
    vectors = order.map { index in
      let vector = Array(rotation[index * size..<(index + 1) * size])
      let largest = vector.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
      return largest < 0 ? vector.map { -$0 } : vector
    }
  }

  /// Makes the element (first, second) zero.
  private static func rotate(
    _ matrix: inout [Double], _ rotation: inout [Double], _ first: Int, _ second: Int, _ size: Int
  ) {
    let off = matrix[first * size + second]
    guard off != 0 else { return }
    let ratio = (matrix[second * size + second] - matrix[first * size + first]) / (2 * off)
    let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (1 + ratio * ratio).squareRoot())
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let sine = tangent * cosine
    func turn(_ values: inout [Double], _ left: Int, _ right: Int) {
      let (one, other) = (values[left], values[right])
      values[left] = cosine * one - sine * other
      values[right] = sine * one + cosine * other
    }
    for index in 0..<size { turn(&matrix, index * size + first, index * size + second) }
    for index in 0..<size {
      turn(&matrix, first * size + index, second * size + index)
      turn(&rotation, first * size + index, second * size + index)
    }
  }
}
