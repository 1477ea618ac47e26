import Configuration

/// A penalty on the size of a variable, added to the loss: l1 · Σ|w| + l2 · Σw².
///
/// As in Keras, the reported loss includes the penalties of all variables that are trained.
public protocol Regularizer: Configurable {
  /// Keras' class name: `L2`.
  static var className: String { get }
  /// The name in YAML: `l2`.
  static var name: String { get }
  /// The factor of the absolute values.
  var l1: Double { get }
  /// The factor of the squares.
  var l2: Double { get }
}
