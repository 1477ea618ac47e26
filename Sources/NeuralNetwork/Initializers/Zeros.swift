import Configuration
import Randomness

/// Initializes with 0: biases.
public struct Zeros: ConfiguredInitializer {
  public static let className = "Zeros"
  public static let name = "zeros"
  public static let prototype = Zeros()
  public static let schema: Schema = []

  /// Creates the initializer; it has no options.
  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    values.update(repeating: 0)
  }
}
