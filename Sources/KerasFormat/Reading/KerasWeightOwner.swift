import NeuralNetwork

/// A layer of a file in the arrangement of the file's weights.
struct KerasWeightOwner {
  indirect enum Content {
    /// It has no relevant weights: an input, or a layer that is left out.
    case nothing
    /// A layer of the model, by position.
    case layer(Int)
    /// The layers of a nested model.
    case model([KerasWeightOwner])
  }

  /// Its name in the file.
  let name: String
  let className: String
  let content: Content

  /// The model's layers in it, in order.
  var nodes: [Int] {
    switch content {
    case .nothing: []
    case .layer(let index): [index]
    case .model(let owners): owners.flatMap(\.nodes)
    }
  }

  /// The layer's group name in files that store layers by class, without the number.
  func stem(_ plan: ModelPlan) -> String {
    if case .layer(let index) = content { return KerasName.snakeCase(plan.nodes[index].className) }
    return KerasName.snakeCase(className == "Model" ? "Functional" : className)
  }

  /// The layers of a model that is not described in a file, in Keras' arrangement.
  static func owners(of plan: ModelPlan) -> [KerasWeightOwner] {
    KerasLayerOrder(plan.model).nodes.map { index in
      KerasWeightOwner(
        name: plan.nodes[index].name, className: plan.nodes[index].className, content: .layer(index))
    }
  }
}
