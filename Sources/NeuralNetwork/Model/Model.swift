import Configuration

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
    /// Whether training changes its variables: Keras' `trainable`.
    ///
    /// Those of a frozen layer stay as they are; the layers before it learn through it. The optimizer keeps nothing for
    /// them, and norms and weight decay leave them out. A frozen batch normalization uses its moving statistics, and
    /// leaves them as they are, also in training. What acts in training only, such as dropout, goes on to.
    public var isTrainable: Bool

    public init(_ layer: any Layer, name: String? = nil, inputs: [Source], isTrainable: Bool = true) {
      self.layer = layer
      self.name = name
      self.inputs = inputs
      self.isTrainable = isTrainable
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
  ///   - isTrainable: whether training changes its variables; see `Node.isTrainable`.
  /// - Returns: the layer's output.
  @discardableResult
  public mutating func append(
    _ layer: any Layer, name: String? = nil, inputs: [Source]? = nil, isTrainable: Bool = true
  ) -> Source {
    let inputs = inputs ?? [output]
    for case .node(let index) in inputs {
      precondition(
        nodes.indices.contains(index), "layer \(nodes.count) reads layer \(index), which does not come before it")
    }
    nodes.append(Node(layer, name: name, inputs: inputs, isTrainable: isTrainable))
    return output
  }

  /// Freezes layers, or lets training change them again; see `Node.isTrainable`.
  ///
  /// - Parameter indices: the positions of the layers.
  public mutating func setTrainable(_ isTrainable: Bool, layers indices: some Sequence<Int>) {
    for index in indices {
      precondition(nodes.indices.contains(index), "there is no layer \(index) among \(nodes.count)")
      nodes[index].isTrainable = isTrainable
    }
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

extension Model {
  /// Whether a layer can be called `name`: it is a part of paths in files, and a word in configurations.
  public static func isLegalName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 200 && !name.contains("/") && name != "." && name != ".." && name != inputName
      && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
  }

  /// What a configuration calls the model's input.
  static let inputName = "input"

  /// Gives the layers these names; those that are Keras' defaults are left to be that.
  ///
  /// - Parameter names: one for each layer, no two alike.
  public mutating func setLayerNames(_ names: [String]) {
    precondition(names.count == nodes.count, "\(names.count) names for \(nodes.count) layers")
    for index in nodes.indices { nodes[index].name = nil }
    let defaults = layerNames
    for index in nodes.indices where defaults[index] != names[index] { nodes[index].name = names[index] }
    guard layerNames != names else { return }
    for index in nodes.indices { nodes[index].name = names[index] }
  }

  /// Whether a layer reads the model's input alone, or what augmentation makes of it.
  func readsInput(_ index: Int) -> Bool {
    let inputs = nodes[index].inputs
    guard inputs.count == 1, case .node(let source) = inputs[0] else { return inputs == [.input] }
    return nodes[source].layer is any AugmentationLayer && readsInput(source)
  }

  /// Its first layer that acts in inference, if it is the first of all or only augmentation comes before it.
  private var firstLayer: (any Layer)? {
    guard let index = nodes.firstIndex(where: { !($0.layer is any AugmentationLayer) }), readsInput(index) else {
      return nil
    }
    return nodes[index].layer
  }

  /// Whether its first layer, augmentation aside, brings the samples to their scale, so that they come as they are.
  public var beginsWithScaling: Bool { firstLayer is Rescaling }

  /// What its first layer, augmentation aside, divides the samples by; 1 if it does anything else.
  public var pixelDivisor: Float {
    guard let rescaling = firstLayer as? Rescaling, rescaling.offset == 0, rescaling.scale > 0 else { return 1 }
    return Float(1 / rescaling.scale)
  }

  /// Whether another model has equal layers, connected in the same way, whatever the layers are called.
  ///
  /// - Parameter ignoringTrainable: whether it does not count which layers are frozen.
  public func isSame(as other: Model, ignoringTrainable: Bool = false) -> Bool {
    func unnamed(_ model: Model) -> ConfigurationNode {
      var model = model
      for index in model.nodes.indices { model.nodes[index].name = nil }
      if ignoringTrainable { model.setTrainable(true, layers: model.nodes.indices) }
      return model.configuration
    }
    return unnamed(self) == unnamed(other)
  }

  /// The same model with a layer before it, that reads the samples; all layers keep their names.
  public func prepending(_ layer: any Layer) -> Model {
    let names = layerNames
    var model = Model(name: name)
    model.append(layer)
    for (node, name) in zip(nodes, names) {
      let inputs = node.inputs.map { source -> Source in
        switch source {
        case .input: .node(0)
        case .node(let index): .node(index + 1)
        }
      }
      model.append(node.layer, name: name, inputs: inputs, isTrainable: node.isTrainable)
    }
    return model
  }
}

/// A model whose layers follow one another.
public typealias Sequential = Model
