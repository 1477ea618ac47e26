import Configuration

/// A layer with one input whose trainable variables have an initializer, a regularizer and a constraint as options.
///
/// Each variable is declared once, in `weights`; its specification and its options follow.
protocol WeightedLayer: UnaryLayer {
  /// The trainable variables in Keras' order.
  static var weights: [LayerWeight<Self>] { get }
}

/// The declaration of a trainable variable of a layer.
struct LayerWeight<Owner>: Sendable {
  /// Keras' name of the variable.
  let name: String
  /// The start of its options' keys: `kernel` of `kernel_initializer`.
  let stem: String
  let options: WritableKeyPath<Owner, WeightOptions> & Sendable
  /// Its shape for that of an input; nil if the layer does not have it.
  let shape: @Sendable (Owner, Shape) -> Shape?

  /// - Parameter stem: the name of the variable if nil.
  init(
    _ name: String, stem: String? = nil, _ options: WritableKeyPath<Owner, WeightOptions> & Sendable,
    shape: @escaping @Sendable (Owner, Shape) -> Shape?
  ) {
    self.name = name
    self.stem = stem ?? name
    self.options = options
    self.shape = shape
  }
}

extension WeightedLayer {
  /// The options of all variables.
  static var weightSchema: Schema { weights.flatMap { WeightOptions.options($0.stem, $0.options) } }

  public func variables(for input: Shape) -> [VariableSpecification] { trainableVariables(for: input) }

  /// The variables that are declared in `weights`.
  func trainableVariables(for input: Shape) -> [VariableSpecification] {
    Self.weights.compactMap { weight in
      weight.shape(self, input).map { self[keyPath: weight.options].variable(weight.name, $0) }
    }
  }

  /// Checks that the initializers and the constraints suit the variables.
  ///
  /// - Parameter input: a shape that the layer accepts otherwise.
  /// - Throws: `LayerShapeError`.
  func checkWeights(for input: Shape) throws {
    for weight in Self.weights {
      if let shape = weight.shape(self, input) { try self[keyPath: weight.options].check(weight.stem, shape) }
    }
  }
}
