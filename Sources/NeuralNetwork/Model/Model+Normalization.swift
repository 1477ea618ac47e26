extension Model {
  /// A `Normalization` layer that must be adapted, and the rescaling of its inputs.
  package struct PendingNormalization: Equatable {
    /// The index of the layer.
    package let layer: Int
    /// Its inputs are samples times `scale` plus `offset`.
    package let scale: Double
    package let offset: Double
  }

  /// The layers that must be adapted to training data.
  ///
  /// - Throws: `ModelError` for one whose input is more than the model's input, rescaled.
  package func pendingNormalizations() throws -> [PendingNormalization] {
    try nodes.indices.compactMap { index in
      guard let layer = nodes[index].layer as? Normalization, !layer.isAdapted else { return nil }
      guard let rescaling = rescaling(ofInputOf: index) else {
        throw ModelError(
          layerIndex: index, layerName: layerNames[index],
          reason:
            "only a normalization at the start of the model can be adapted (after rescaling or augmentation): give its "
            + "mean and variance, or use batch_normalization.")
      }
      return PendingNormalization(layer: index, scale: rescaling.scale, offset: rescaling.offset)
    }
  }

  /// How a layer's input follows from the model's input; nil if it is not a rescaling of it.
  private func rescaling(ofInputOf index: Int) -> (scale: Double, offset: Double)? {
    guard nodes[index].inputs.count == 1 else { return nil }
    guard case .node(let source) = nodes[index].inputs[0] else { return (1, 0) }
    guard let before = rescaling(ofInputOf: source) else { return nil }
    switch nodes[source].layer {
    case let layer as Rescaling: return (before.scale * layer.scale, before.offset * layer.scale + layer.offset)
    case is any AugmentationLayer: return before
    default: return nil
    }
  }

  /// Sets the mean and the variance of a `Normalization` layer.
  package mutating func adapt(_ pending: PendingNormalization, mean: [Double], variance: [Double]) {
    setNormalization(
      Normalization(
        mean: mean.map { $0 * pending.scale + pending.offset },
        variance: variance.map { $0 * pending.scale * pending.scale }), ofLayer: pending.layer)
  }

  /// Replaces a normalization layer by an adapted one.
  package mutating func setNormalization(_ normalization: Normalization, ofLayer index: Int) {
    precondition(nodes[index].layer is Normalization)
    nodes[index].layer = normalization
  }

  /// Sets the mean and the variance of layers that another model has adapted.
  package mutating func takeNormalizations(of other: Model) {
    for index in nodes.indices where other.nodes.indices.contains(index) {
      guard let own = nodes[index].layer as? Normalization, !own.isAdapted,
        let adapted = other.nodes[index].layer as? Normalization
      else { continue }
      nodes[index].layer = adapted
    }
  }
}
