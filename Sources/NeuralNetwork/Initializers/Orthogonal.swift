import Configuration
import Randomness

/// A random matrix with orthogonal rows or columns, times a gain; all axes but the last are the rows.
///
/// It is Q of the QR decomposition of a matrix of normal numbers with as many rows as columns or more, transposed if the
/// variable has fewer rows; R has a positive diagonal. Source: A. Saxe, J. McClelland, S. Ganguli, "Exact solutions to the
/// nonlinear dynamics of learning in deep linear neural networks", ICLR 2014.
public struct Orthogonal: ConfiguredInitializer {
  public static let className = "Orthogonal"
  public static let name = "orthogonal"
  public static let prototype = Orthogonal()
  public static let schema: Schema = [.number("gain", \.gain, where: .finite)]

  /// The factor.
  public var gain: Double

  /// Creates an initializer with Keras' default.
  public init(gain: Double = 1) { self.gain = gain }

  public static var accepted: String { "kernels of two axes or more" }
  public static func accepts(_ shape: Shape) -> Bool { shape.dimensions.count >= 2 }

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    let columns = shape.dimensions[shape.dimensions.count - 1]
    let rows = shape.count / columns
    let (length, count) = (max(rows, columns), min(rows, columns))
    var numbers = NormalNumbers(random)
    // `count` vectors of `length`, one after the other.
    var vectors = (0..<length * count).map { _ in Double(numbers.next()) }
    random = numbers.random
    for vector in 0..<count { Self.orthogonalize(vector, &vectors, length) }
    for row in 0..<rows {
      for column in 0..<columns {
        let (vector, index) = rows >= columns ? (column, row) : (row, column)
        values[row * columns + column] = Float(gain * vectors[vector * length + index])
      }
    }
  }

  /// Makes a vector orthogonal to those before it, and its length 1: modified Gram-Schmidt, twice for accuracy.
  private static func orthogonalize(_ vector: Int, _ vectors: inout [Double], _ length: Int) {
    let first = vector * length
    func product(_ vectors: [Double], _ other: Int) -> Double {
      (0..<length).reduce(0) { $0 + vectors[first + $1] * vectors[other + $1] }
    }
    for _ in 0..<2 {
      for other in 0..<vector {
        let share = product(vectors, other * length)
        for index in 0..<length { vectors[first + index] -= share * vectors[other * length + index] }
      }
      let size = product(vectors, first).squareRoot()
      for index in 0..<length { vectors[first + index] /= size }
    }
  }
}
