/// A variable of a model, and its offset in the flat buffer of its role: that of all trainable variables, or that of
/// all others.
public struct Variable: Sendable {
  /// The variable of the layer.
  public let specification: VariableSpecification
  /// The index of its layer in the model.
  public let layerIndex: Int
  /// The name of its layer.
  public let layerName: String
  /// The role in the specification, or `.frozen`.
  public let role: VariableSpecification.Role
  /// The offset in floats; see `ModelPlan.trainableCount` and `stateCount`.
  public let offset: Int

  /// Keras' name of the variable: `kernel`.
  public var name: String { specification.name }
  /// The shape in Keras' order.
  public var shape: Shape { specification.shape }

  /// The name with that of the layer: `conv2d/kernel`.
  public var path: String { "\(layerName)/\(name)" }
}
