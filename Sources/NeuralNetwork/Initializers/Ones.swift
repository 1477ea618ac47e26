import Configuration
import Randomness

/// Initializes with 1: the scales of normalizations.
public struct Ones: ConfiguredInitializer {
  public static let className = "Ones"
  public static let name = "ones"
  public static let prototype = Ones()
  public static let schema: Schema = []

  /// Creates the initializer; it has no options.
  public init() {}

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    values.update(repeating: 1)
  }
}
