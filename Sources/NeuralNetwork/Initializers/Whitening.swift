import Configuration
import Randomness

/// The kernel of a first convolution that whitens patches of its inputs: decorrelates them, with equal variances.
///
/// The first half of the filters are the eigenvectors of the patches' second moments E[x xᵀ], those of the largest
/// eigenvalues first, each divided by √(eigenvalue + ε); the second half are their negatives, for a ReLU or GELU to see
/// both signs. Each eigenvector's largest component is positive. The moments are those of the training data, so that it is a
/// run that initializes the kernel; without data they are those of white noise. Source: K. Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", 2024
/// (arXiv:2404.00498), section 3.2.
public struct Whitening: ConfiguredInitializer {
  public static let className = "Whitening"
  public static let name = "whitening"
  public static let isInKeras = false
  public static let prototype = Whitening()
  public static let schema: Schema = [.number("epsilon", \.epsilon, where: .positive)]

  /// ε, which bounds the factor of patterns that hardly occur.
  public var epsilon: Double

  /// Creates an initializer.
  public init(epsilon: Double = 5e-4) { self.epsilon = epsilon }

  /// The largest number of values of a patch: the time for the eigenvectors grows with its cube.
  private static let largestPatch = 300

  public static var accepted: String {
    "kernels with at most twice as many filters as a patch has values, and these are at most \(largestPatch)"
  }

  public static func accepts(_ shape: Shape) -> Bool {
    shape.dimensions.count == 4 && patchSize(shape) <= largestPatch && shape.dimensions[3] <= 2 * patchSize(shape)
  }

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    _ = values.update(fromContentsOf: kernel(moments: SecondMoments(size: Self.patchSize(shape)), shape: shape))
  }

  /// The number of values of a patch.
  static func patchSize(_ shape: Shape) -> Int { shape.dimensions.dropLast().reduce(1, *) }

  /// A kernel (height, width, in, out) in Keras' order.
  ///
  /// - Parameter moments: of patches (height, width, in).
  package func kernel(moments: SecondMoments, shape: Shape) -> [Float] {
    let (size, filters) = (Self.patchSize(shape), shape.dimensions[3])
    let eigen = SymmetricEigenvectors(moments.means, size: size)
    let positive = (filters + 1) / 2
    var kernel = [Float](repeating: 0, count: shape.count)
    for filter in 0..<filters {
      let (index, sign) = filter < positive ? (filter, 1.0) : (filter - positive, -1.0)
      let factor = sign / (max(eigen.values[index], 0) + epsilon).squareRoot()
      for element in 0..<size { kernel[element * filters + filter] = Float(factor * eigen.vectors[index][element]) }
    }
    return kernel
  }
}
