/// A variable of a layer: its name and shape in Keras, and its initializer.
public struct VariableSpecification: Sendable {
  /// The role of a variable: what updates it.
  public enum Role: Sendable {
    /// The optimizer, by its gradient.
    case trainable
    /// The layer, in training: moving statistics.
    case state
    /// Nothing: its layer is frozen. Only variables of a model have this role, see `Model.Node.isTrainable`.
    case frozen
  }

  /// Keras' name of the variable: `kernel`, `bias`.
  public let name: String
  /// Keras' shape: (height, width, in, out) for a convolution kernel, (in, out) for a dense one.
  public let shape: Shape
  /// The initializer of its values.
  public let initializer: any Initializer
  /// What updates the variable.
  public let role: Role

  /// Creates a specification.
  public init(name: String, shape: Shape, initializer: any Initializer, role: Role = .trainable) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.role = role
  }

  /// The floats of the variable in a buffer: its count, rounded up to cache lines.
  public var alignedCount: Int { FloatBuffer.aligned(shape.count) }
}

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
