import NeuralNetwork

/// The order and names that Keras gives the layers of a model when it opens a file.
///
/// A `Sequential` has its layers in sequence. A `Functional` sorts them by depth, the length of the longest path to the
/// output, and within a depth by the order of traversal from the output to the input. Weight files number the layers of
/// a class in that order, which is also the order of the optimizer's variables.
///
/// Source: `map_graph` in `keras/src/ops/function.py`, Keras 3.15.1; `_map_graph_network` of tf.keras does the same.
package struct KerasLayerOrder {
  /// The positions of the model's layers, in Keras' order.
  package let nodes: [Int]
  /// The group names in `/layers` by layer position: `dense_1` for the second layer of the class Dense.
  package let groupNames: [String]
  /// Keras' name of an input layer without one.
  static let defaultInputName = "input_layer"
  /// The name of the input layer, different from those of all layers.
  let inputName: String

  package init(_ model: Model) {
    nodes = model.isChain ? Array(model.nodes.indices) : Self.byDepth(model)
    var names = [String](repeating: "", count: model.nodes.count)
    var counts: [String: Int] = [:]
    for index in nodes {
      let stem = KerasName.snakeCase(type(of: model.nodes[index].layer).className)
      let count = counts[stem, default: 0]
      counts[stem] = count + 1
      names[index] = count == 0 ? stem : "\(stem)_\(count)"
    }
    groupNames = names
    let taken = Set(model.layerNames)
    let standard = [Self.defaultInputName] + (1...max(taken.count, 1)).map { "\(Self.defaultInputName)_\($0)" }
    inputName = ([model.inputName].compactMap { $0 } + standard).first { !taken.contains($0) } ?? Self.defaultInputName
  }

  /// The positions in `variables` of some of the plan's variables, layer by layer in Keras' order.
  ///
  /// - Parameter variables: those of the plan, or the trainable ones.
  package func positions(of variables: [Variable]) -> [Int] {
    let byLayer = Dictionary(grouping: variables.indices) { variables[$0].layerIndex }
    return nodes.flatMap { byLayer[$0] ?? [] }
  }

  private static func byDepth(_ model: Model) -> [Int] {
    var depths = [Int](repeating: 0, count: model.nodes.count)
    for index in model.nodes.indices.reversed() {
      for case .node(let source) in model.nodes[index].inputs {
        depths[source] = max(depths[source], depths[index] + 1)
      }
    }
    let places = traversal(model)
    return model.nodes.indices.sorted { (-depths[$0], places[$0]) < (-depths[$1], places[$1]) }
  }

  /// By layer position, its index in a depth-first traversal from the output that visits each layer's inputs in turn.
  private static func traversal(_ model: Model) -> [Int] {
    var places = [Int](repeating: .max, count: model.nodes.count)
    var (next, stack) = (0, [model.output])
    while let source = stack.popLast() {
      guard case .node(let index) = source, places[index] == .max else { continue }
      places[index] = next
      next += 1
      stack += model.nodes[index].inputs.reversed()
    }
    return places
  }
}
