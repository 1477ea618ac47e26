import Configuration
import Randomness

/// The same number everywhere.
public struct Constant: ConfiguredInitializer {
  public static let className = "Constant"
  public static let name = "constant"
  public static let prototype = Constant()
  public static let schema: Schema = [.number("value", \.value, where: .finite)]

  /// The number.
  public var value: Double

  /// Creates an initializer with Keras' default.
  public init(value: Double = 0) { self.value = value }

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    values.update(repeating: Float(value))
  }
}
