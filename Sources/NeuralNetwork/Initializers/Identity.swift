import Configuration
import Randomness

/// A gain on the diagonal of a matrix, and 0 elsewhere.
public struct Identity: ConfiguredInitializer {
  public static let className = "Identity"
  public static let name = "identity"
  public static let prototype = Identity()
  public static let schema: Schema = [.number("gain", \.gain, where: .finite)]

  /// The values on the diagonal.
  public var gain: Double

  /// Creates an initializer with Keras' default.
  public init(gain: Double = 1) { self.gain = gain }

  public static var accepted: String { "kernels of two axes" }
  public static func accepts(_ shape: Shape) -> Bool { shape.dimensions.count == 2 }

  public func fill(_ values: UnsafeMutableBufferPointer<Float>, shape: Shape, random: inout RandomStream) {
    values.update(repeating: 0)
    let columns = shape.dimensions[shape.dimensions.count - 1]
    for index in 0..<min(shape.count / columns, columns) { values[index * columns + index] = Float(gain) }
  }
}
