import Configuration

/// An initializer that a configuration can name.
///
/// A new one is one file that conforms to this protocol, and one line in `InitializerCatalog.swift`.
public protocol ConfiguredInitializer: Initializer, Configurable {
  /// Keras' name: `glorot_uniform`.
  static var name: String { get }
  /// Whether Keras has it; if not, its files have the default one instead.
  static var isInKeras: Bool { get }
  /// The shapes that it can fill, for messages: `a kernel of two axes`.
  static var accepted: String { get }
  /// Whether it can fill a variable of a shape; by default any.
  static func accepts(_ shape: Shape) -> Bool
}

extension ConfiguredInitializer {
  public static var isInKeras: Bool { true }
  public static var accepted: String { "any shape" }
  public static func accepts(_ shape: Shape) -> Bool { true }
}
