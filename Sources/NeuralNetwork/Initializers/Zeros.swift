import Randomness

/// All zero: how biases start.
public struct Zeros: Initializer {
  public static let className = "Zeros"

  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    values.update(repeating: 0)
  }
}
