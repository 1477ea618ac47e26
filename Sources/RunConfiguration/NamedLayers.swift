import NeuralNetwork

/// The layers that a configuration names, in `fit.freeze` and in the options of the optimizer.
package enum NamedLayers: Sendable {
  /// Those of its model.
  case own
  /// Those of a model that is not known yet, such as one of which its own is the end: no layer is frozen by name, and no
  /// name is checked.
  case unknown
  /// Those of another model, which takes the place of its own.
  case of(Model)

  var areKnown: Bool {
    if case .unknown = self { false } else { true }
  }
}
