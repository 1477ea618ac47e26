import NeuralNetwork

/// A layer of a file, with or without weights, in the arrangement of the file's weights.
struct KerasWeightOwner {
  indirect enum Content {
    /// It has no weights that count: an input, a layer that is left out.
    case nothing
    /// The layer of the model at a position.
    case layer(Int)
    /// The layers of a model within the model.
    case model([KerasWeightOwner])
  }

  /// What the file calls it.
  let name: String
  let className: String
  let content: Content

  /// The layers of the model in it, in their order.
  var nodes: [Int] {
    switch content {
    case .nothing: []
    case .layer(let index): [index]
    case .model(let owners): owners.flatMap(\.nodes)
    }
  }

  /// What the group of the layer is called in files that tell layers apart by their classes, up to the number.
  func stem(_ plan: ModelPlan) -> String {
    if case .layer(let index) = content { return KerasName.snakeCase(plan.nodes[index].className) }
    return KerasName.snakeCase(className == "Model" ? "Functional" : className)
  }

  /// The layers of a model that no file describes, as Keras would arrange them.
  static func owners(of plan: ModelPlan) -> [KerasWeightOwner] {
    KerasLayerOrder(plan.model).nodes.map { index in
      KerasWeightOwner(
        name: plan.nodes[index].name, className: plan.nodes[index].className, content: .layer(index))
    }
  }
}
