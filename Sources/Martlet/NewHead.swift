import Configuration

/// Another end for a trained model: its first layers keep their weights, and new ones after them start at random.
package struct NewHead: Sendable {
  /// The places of its errors.
  package enum Place {
    package static let end = "end"
    package static let dropped = "dropped layers"
    package static let layers = "head"
    package static let frozen = "frozen"
  }

  /// Where the kept part of the model ends.
  package enum End: Sendable {
    /// After its last layer.
    case last
    /// After the layer with a name.
    case layer(String)
    /// Before its last layers.
    case dropping(Int)
  }

  /// The end of what is kept.
  package var end: End
  /// The new layers; nil for none.
  package var layers: Model?
  /// The names of layers of the whole model to freeze.
  package var frozen: [NamePattern]

  package init(after end: End, layers: Model?, frozen: [NamePattern] = []) {
    self.end = end
    self.layers = layers
    self.frozen = frozen
  }

  /// Whether the model has other layers than before.
  private var isOtherModel: Bool {
    if case .last = end { return layers != nil }
    return true
  }

  /// The model with the head, with a fresh optimizer. No layer is frozen by name.
  ///
  /// - Parameter seed: of the random weights.
  /// - Throws: `ConfigurationError` for a name that the model does not have, `ModelError` if the layers do not fit.
  package func applied(to base: TrainedModel, seed: UInt64) throws -> TrainedModel {
    var changed = base
    changed.optimizerState = nil
    changed.model = try model(base.model)
    guard isOtherModel else { return changed }
    changed.classNames = nil
    let plan = try changed.model.plan(inputShape: base.inputShape)
    let kept = Set(try keptModel(base.model).layerNames)
    let weights = Dictionary(base.weights.map { ($0.path, $0) }) { first, _ in first }
    changed.weights = try plan.variables.enumerated().map { index, variable in
      if kept.contains(variable.layerName), let weight = weights[variable.path] { return weight }
      guard !(variable.specification.initializer is Whitening) else {
        throw ConfigurationError(
          .conflict(
            "\(variable.path): the initializer whitening follows from the training data, which an import does not read. "
              + "Choose another one."), path: Place.layers)
      }
      return Snapshot.Variable(
        path: variable.path, shape: variable.shape, values: plan.initialValues(of: index, seed: seed))
    }
    return changed
  }

  /// Freezes the layers of the whole model that are named.
  ///
  /// - Throws: `ConfigurationError` for a pattern that matches no layer.
  package func freeze(_ whole: inout Model) throws { try whole.freeze(frozen, path: Place.frozen) }

  private func model(_ base: Model) throws -> Model {
    guard isOtherModel else { return base }
    var model = try keptModel(base)
    guard let layers else { return model }
    let names = model.layerNames
    if let name = layers.nodes.compactMap(\.name).first(where: names.contains) {
      throw ConfigurationError(
        .conflict("the model already has a layer '\(name)'. Choose another name."), path: Place.layers)
    }
    model.append(layersOf: layers)
    return model
  }

  private func keptModel(_ base: Model) throws -> Model {
    let names = base.layerNames
    switch end {
    case .last: return base
    case .layer(let name):
      guard let index = names.firstIndex(of: name) else {
        throw ConfigurationError(.unknownName(kind: "layer", name: name, known: names), path: Place.end)
      }
      return base.part(endingWith: index)
    case .dropping(let count):
      guard (1..<names.count).contains(count) else {
        throw ConfigurationError(
          .unexpected(
            expected: "1 to \(names.count - 1) of the \(names.count) layers", received: "\(count)"),
          path: Place.dropped)
      }
      return base.part(endingWith: names.count - 1 - count)
    }
  }
}
