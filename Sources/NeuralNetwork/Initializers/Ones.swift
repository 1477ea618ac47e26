import Randomness

/// All one: how the scales of normalizations start.
public struct Ones: Initializer {
  public static let className = "Ones"

  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    values.update(repeating: 1)
  }
}
