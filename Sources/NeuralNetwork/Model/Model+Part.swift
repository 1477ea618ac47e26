extension Model {
  /// A layer and all that its output needs, with their names; the layer becomes the last one.
  ///
  /// - Parameter index: the index of the layer.
  package func part(endingWith index: Int) -> Model {
    var needed: Set<Int> = [index]
    for node in (0...index).reversed() where needed.contains(node) {
      for case .node(let source) in nodes[node].inputs { needed.insert(source) }
    }
    let names = layerNames
    var part = Model(name: name)
    part.inputName = inputName
    var places: [Int: Source] = [:]
    for node in needed.sorted() {
      places[node] = part.append(nodes[node], name: names[node]) { places[$0] ?? .input }
    }
    part.setLayerNames(part.layerNames)
    return part
  }

  /// Appends the layers of another model, whose input becomes this model's output.
  ///
  /// - Precondition: its layers have other names than those here, or none of their own.
  package mutating func append(layersOf other: Model) {
    let before = layerNames
    let (end, first) = (output, nodes.count)
    for index in nodes.indices { nodes[index].name = before[index] }
    for node in other.nodes {
      let inputs = node.inputs.map { source -> Source in
        switch source {
        case .input: end
        case .node(let index): .node(first + index)
        }
      }
      append(
        node.layer, name: node.name, inputs: inputs, isTrainable: node.isTrainable,
        activityRegularizer: node.activityRegularizer)
    }
    setLayerNames(layerNames)
    if !isChain { name = "functional" }
  }

  private mutating func append(_ node: Node, name: String, _ source: (Int) -> Source) -> Source {
    let inputs = node.inputs.map { input -> Source in
      switch input {
      case .input: .input
      case .node(let index): source(index)
      }
    }
    return append(
      node.layer, name: name, inputs: inputs, isTrainable: node.isTrainable,
      activityRegularizer: node.activityRegularizer)
  }
}
