/// A model as its user describes it: layers in a graph with one input and one output.
///
/// Nodes are in topological order: each reads the model's input or earlier nodes. The last one is the output.
public struct Model: Sendable {
  /// A layer in its place.
  public struct Node: Sendable {
    public var layer: any Layer
    /// The layer's name; nil for Keras' default.
    public var name: String?
    /// What the layer reads, in its order.
    public var inputs: [Source]

    public init(_ layer: any Layer, name: String? = nil, inputs: [Source]) {
      self.layer = layer
      self.name = name
      self.inputs = inputs
    }
  }

  /// Where a layer's input comes from.
  public enum Source: Hashable, Sendable {
    /// The samples.
    case input
    /// The output of the node at a position.
    case node(Int)
  }

  /// Keras' name of the model.
  public var name: String
  public private(set) var nodes: [Node]

  /// A model with no layers: every layer that is appended reads the one before it.
  public init(name: String = "sequential") {
    self.name = name
    nodes = []
  }

  /// Layers in a row.
  public init(_ layers: [any Layer]) {
    self.init()
    for layer in layers { append(layer) }
  }

  /// Adds a layer.
  ///
  /// - Parameters:
  ///   - name: unique in the model; nil for Keras' default.
  ///   - inputs: what it reads; the last layer if nil.
  /// - Returns: the layer's output.
  @discardableResult
  public mutating func append(_ layer: any Layer, name: String? = nil, inputs: [Source]? = nil) -> Source {
    let inputs = inputs ?? [output]
    for case .node(let index) in inputs {
      precondition(
        nodes.indices.contains(index), "layer \(nodes.count) reads layer \(index), which does not come before it")
    }
    nodes.append(Node(layer, name: name, inputs: inputs))
    return output
  }

  /// The last layer's output; the input of a model with no layers.
  public var output: Source { nodes.isEmpty ? .input : .node(nodes.count - 1) }

  public var layers: [any Layer] { nodes.map(\.layer) }

  /// Whether each layer reads the one before it, and nothing else: Keras' `Sequential`.
  public var isChain: Bool {
    nodes.indices.allSatisfy { nodes[$0].inputs == [$0 == 0 ? .input : .node($0 - 1)] }
  }

  /// The name of each layer: its own, or Keras' default, the type of the layer and from the second of a type on a
  /// number (`dense`, `dense_1`). A default that a layer has for its own name is passed over.
  public var layerNames: [String] {
    var taken = Set(nodes.compactMap(\.name))
    var counts: [String: Int] = [:]
    return nodes.map { node in
      if let name = node.name { return name }
      let typeName = type(of: node.layer).typeName
      while true {
        let count = counts[typeName, default: 0]
        counts[typeName] = count + 1
        let name = count == 0 ? typeName : "\(typeName)_\(count)"
        if taken.insert(name).inserted { return name }
      }
    }
  }
}

/// A model whose layers follow one another.
public typealias Sequential = Model
