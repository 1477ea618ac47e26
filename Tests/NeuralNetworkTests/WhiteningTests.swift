import Configuration
import Randomness
import Testing

@testable import NeuralNetwork

@Suite("The initializer whitening")
struct WhiteningTests {
  /// Correlated vectors of `size` numbers.
  private static func vectors(_ count: Int, size: Int) -> [[Double]] {
    var random = RandomStream(seed: 5, purpose: .syntheticData)
    return (0..<count).map { _ in
      var last = 0.0
      return (0..<size).map { _ in
        last = 0.7 * last + Double(random.nextUniform()) - 0.5
        return last
      }
    }
  }

  @Test("eigenvectors diagonalize a symmetric matrix", arguments: [1, 2, 3, 12, 27, 75])
  func eigenvectors(size: Int) {
    var moments = SecondMoments(size: size)
    for vector in Self.vectors(3 * size, size: size) { moments.add(vector) }
    let matrix = moments.means
    let eigen = SymmetricEigenvectors(matrix, size: size)
    #expect(eigen.values == eigen.values.sorted(by: >))
    for (value, vector) in zip(eigen.values, eigen.vectors) {
      for row in 0..<size {
        let product = (0..<size).reduce(0) { $0 + matrix[row * size + $1] * vector[$1] }
        #expect(abs(product - value * vector[row]) < 1e-12)
      }
      #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
      #expect(vector.max { abs($0) < abs($1) }! > 0)
    }
    for (first, second) in zip(eigen.vectors, eigen.vectors.dropFirst()) {
      #expect(abs(zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }) < 1e-12)
    }
  }

  @Test("makes the outputs of patches uncorrelated, of variance 1, and their negatives")
  func whitens() {
    let vectors = Self.vectors(500, size: 12)
    var moments = SecondMoments(size: 12)
    for vector in vectors { moments.add(vector) }
    let kernel = Whitening(epsilon: 1e-9).kernel(moments: moments, shape: [2, 2, 3, 24])
    let outputs = vectors.map { vector in
      (0..<24).map { filter in (0..<12).reduce(0) { $0 + vector[$1] * Double(kernel[$1 * 24 + filter]) } }
    }
    for first in 0..<12 {
      for second in 0...first {
        let mean = outputs.reduce(0) { $0 + $1[first] * $1[second] } / 500
        #expect(abs(mean - (first == second ? 1 : 0)) < 1e-4)
      }
      #expect((0..<12).allSatisfy { kernel[$0 * 24 + first] == -kernel[$0 * 24 + 12 + first] })
    }
  }

  @Test("has the largest components first, of half as many as there are filters")
  func fewFilters() {
    var moments = SecondMoments(size: 4)
    for index in 0..<4 {
      moments.add((0..<4).map { $0 == index ? Double(index + 1) : 0 })
    }
    let kernel = Whitening(epsilon: 1).kernel(moments: moments, shape: [2, 2, 1, 3])
    // The moments are 4, 2.25, 1 and 0.25.
    let expected: [[Float]] = [
      [0, 0, 0], [0, 0, 0], [0, Float(1 / 3.25.squareRoot()), 0], [Float(1 / 5.0.squareRoot()), 0, 0],
    ]
    for element in 0..<4 {
      for filter in 0..<2 { #expect(abs(kernel[element * 3 + filter] - expected[element][filter]) < 1e-7) }
    }
    #expect(abs(kernel[3 * 3 + 2] + Float(1 / 5.0.squareRoot())) < 1e-7)
  }

  @Test("is for kernels of convolutions with at most twice as many filters as a patch has values")
  func accepts() throws {
    #expect(Whitening.accepts([2, 2, 3, 24]) && !Whitening.accepts([2, 2, 3, 25]) && !Whitening.accepts([12, 24]))
    var layer = Conv2D(filters: 25, kernelSize: [2, 2])
    layer.kernel.initializer = Whitening()
    let error = #expect(throws: ModelError.self) { try Model([layer]).plan(inputShape: [4, 4, 3]) }
    #expect(
      "\(try #require(error))".contains(
        "cannot fill the shape (2, 2, 3, 25), only kernels with at most twice as many filters as a patch has values, and "
          + "these are at most 300"))
    #expect(Whitening.accepts([10, 10, 3, 7]) && !Whitening.accepts([10, 11, 3, 7]))
  }
}
