import Configuration

/// An initializer that a configuration can name.
///
/// A new one is one file that conforms to this protocol, and one line in `InitializerCatalog.swift`.
public protocol ConfiguredInitializer: Initializer, Configurable {
  /// Keras' name: `glorot_uniform`.
  static var name: String { get }
  /// Whether it can fill a variable of a shape; by default any.
  static func accepts(_ shape: Shape) -> Bool
}

extension ConfiguredInitializer {
  public static func accepts(_ shape: Shape) -> Bool { true }
}
