import Configuration

/// How a variable of a layer starts and how training changes it: Keras' `kernel_initializer`, `kernel_regularizer` and
/// `kernel_constraint`.
public struct WeightOptions: Sendable, Equatable {
  /// The initial values.
  public var initializer: any ConfiguredInitializer
  /// The penalty in the loss; nil for none.
  public var regularizer: (any Regularizer)?
  /// The change after each step; nil for none.
  public var constraint: (any Constraint)?

  /// Creates options.
  public init(
    _ initializer: any ConfiguredInitializer, regularizer: (any Regularizer)? = nil,
    constraint: (any Constraint)? = nil
  ) {
    self.initializer = initializer
    self.regularizer = regularizer
    self.constraint = constraint
  }

  /// The variable with these options.
  func variable(_ name: String, _ shape: Shape) -> VariableSpecification {
    VariableSpecification(
      name: name, shape: shape, initializer: initializer, regularizer: regularizer, constraint: constraint)
  }

  /// Checks that the initializer and the constraint suit a shape.
  ///
  /// - Throws: `LayerShapeError`.
  func check(_ name: String, _ shape: Shape) throws {
    guard type(of: initializer).accepts(shape) else {
      throw LayerShapeError(
        needs: "another \(name)_initializer: \(type(of: initializer).name) cannot fill the shape \(shape), only "
          + type(of: initializer).accepted, advice: "choose one such as glorot_uniform")
    }
    guard constraint?.accepts(shape) ?? true else {
      throw LayerShapeError(
        needs: "a \(name)_constraint whose axes are those of the shape \(shape)", advice: "correct its axis")
    }
  }

  /// Compares names and options.
  public static func == (left: Self, right: Self) -> Bool {
    NamedPart(left.initializer) == NamedPart(right.initializer)
      && left.regularizer.map(NamedPart.init) == right.regularizer.map(NamedPart.init)
      && left.constraint.map(NamedPart.init) == right.constraint.map(NamedPart.init)
  }
}
