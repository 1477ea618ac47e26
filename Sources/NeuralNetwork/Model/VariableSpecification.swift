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
  /// The penalty on its size; nil for none.
  public let regularizer: (any Regularizer)?
  /// Its change after each step; nil for none.
  public let constraint: (any Constraint)?
  /// What updates the variable.
  public let role: Role

  /// Creates a specification.
  public init(
    name: String, shape: Shape, initializer: any Initializer, role: Role = .trainable,
    regularizer: (any Regularizer)? = nil, constraint: (any Constraint)? = nil
  ) {
    self.regularizer = regularizer
    self.constraint = constraint
    self.name = name
    self.shape = shape
    self.initializer = initializer
    self.role = role
  }

  /// The floats of the variable in a buffer: its count, rounded up to cache lines.
  public var alignedCount: Int { FloatBuffer.aligned(shape.count) }
}
