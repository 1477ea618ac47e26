import Randomness

/// Initializes with 1: the scales of normalizations.
public struct Ones: Initializer {
  public static let className = "Ones"

  /// Creates the initializer; it has no options.
  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    values.update(repeating: 1)
  }
}
