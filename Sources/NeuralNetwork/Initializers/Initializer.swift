import Configuration
import Randomness

/// How a parameter starts.
public protocol Initializer: Sendable {
  /// Keras' name of the class: `GlorotUniform`.
  static var className: String { get }

  /// Fills `values`, in Keras' order of `shape`, from `random`.
  func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream)
}

extension Shape {
  /// The inputs and outputs of one unit of a kernel of this shape, as Keras counts them (`compute_fans`).
  var fans: (input: Int, output: Int) {
    let receptiveField = dimensions.dropLast(2).reduce(1, *)
    return (dimensions[dimensions.count - 2] * receptiveField, dimensions[dimensions.count - 1] * receptiveField)
  }
}
