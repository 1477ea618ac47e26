/// A tensor of a layer: its name and shape in Keras, and how it starts.
public struct VariableSpecification: Sendable {
  /// Who changes a variable.
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
  /// Keras' shape: (height, width, in, out) of a convolution's kernel, (in, out) of a dense one.
  public let shape: Shape
  public let initializer: any Initializer
  public let role: Role

  public init(name: String, shape: Shape, initializer: any Initializer, role: Role = .trainable) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.role = role
  }

  /// The floats that the variable takes in a buffer: its count, rounded up to a cache line.
  public var alignedCount: Int { FloatBuffer.aligned(shape.count) }
}

/// A variable of a model, and the place of its first float in the flat buffer of its role: one of all trainable variables,
/// or one of all others.
public struct Variable: Sendable {
  public let specification: VariableSpecification
  /// The position of its layer in the model, and the layer's name.
  public let layerIndex: Int
  public let layerName: String
  /// That of the specification, or `.frozen`.
  public let role: VariableSpecification.Role
  /// In floats; see `ModelPlan.trainableCount` and `stateCount`.
  public let offset: Int

  public var name: String { specification.name }
  public var shape: Shape { specification.shape }

  /// `conv2d/kernel`.
  public var path: String { "\(layerName)/\(name)" }
}
