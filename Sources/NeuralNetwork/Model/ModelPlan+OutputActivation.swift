extension ModelPlan {
  /// The function that the outputs are values of, also after layers that keep values; nil if it is none or several.
  package var outputActivation: ActivationFunction? {
    nodes.isEmpty ? nil : activation(of: .node(nodes.count - 1))
  }

  private func activation(of value: Model.Source) -> ActivationFunction? {
    guard case .node(let index) = value else { return nil }
    let node = nodes[index]
    switch node.layer {
    case let layer as any ActivatedLayer: return layer.activation
    case let layer as any FunctionLayer: return layer.function
    case is Flatten, is Reshape, is ActivityRegularization, is Average:
      // The mean of probabilities is one.
      let functions = node.inputs.map { activation(of: $0) }
      return functions.allSatisfy { $0 == functions.first } ? functions.first ?? nil : nil
    default: return nil
    }
  }
}
