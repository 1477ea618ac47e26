import Randomness

/// Initializes with 0: biases.
public struct Zeros: Initializer {
  public static let className = "Zeros"

  /// Creates the initializer; it has no options.
  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    values.update(repeating: 0)
  }
}
