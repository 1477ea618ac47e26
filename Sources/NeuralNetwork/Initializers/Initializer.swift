import Configuration
import Randomness

/// An initializer: the initial values of a variable.
public protocol Initializer: Sendable {
  /// Keras' class name: `GlorotUniform`.
  static var className: String { get }

  /// Fills `values`, in Keras' order of `shape`, from `random`.
  func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream)
}

extension Shape {
  /// The fan in and fan out of a kernel of this shape, as Keras computes them (`compute_fans`).
  var fans: (input: Int, output: Int) {
    guard dimensions.count > 1 else { return (count, count) }
    let receptiveField = dimensions.dropLast(2).reduce(1, *)
    return (dimensions[dimensions.count - 2] * receptiveField, dimensions[dimensions.count - 1] * receptiveField)
  }
}
