import Configuration

/// A model description: layers in a graph with one input and one output.
///
/// Nodes are in topological order: each reads the model's input or earlier nodes. The last node is the output.
public struct Model: Sendable {
  /// A layer and its connections.
  public struct Node: Sendable {
    /// The layer.
    public var layer: any Layer
    /// The layer's name; nil for Keras' default.
    public var name: String?
    /// The inputs of the layer, in order.
    public var inputs: [Source]
    /// Whether training changes its variables: Keras' `trainable`.
    ///
    /// The variables of a frozen layer do not change; gradients pass through it to earlier layers. The optimizer has no
    /// slots for them, and norms and weight decay exclude them. A frozen batch normalization uses its moving statistics
    /// and does not update them, also in training. Layers that act only in training, such as dropout, still do.
    public var isTrainable: Bool
    /// A penalty on the layer's outputs, added to the loss: Keras' `activity_regularizer`; nil for none.
    ///
    /// As in Keras 3, it is the mean over the samples of the batch, and counts in evaluation and for frozen layers too.
    public var activityRegularizer: (any Regularizer)?

    /// Creates a node.
    public init(
      _ layer: any Layer, name: String? = nil, inputs: [Source], isTrainable: Bool = true,
      activityRegularizer: (any Regularizer)? = nil
    ) {
      self.activityRegularizer = activityRegularizer
      self.layer = layer
      self.name = name
      self.inputs = inputs
      self.isTrainable = isTrainable
    }
  }

  /// The source of a layer's input.
  public enum Source: Hashable, Sendable {
    /// The model's input.
    case input
    /// The output of the node at an index.
    case node(Int)
  }

  /// Keras' name of the model.
  public var name: String
  /// Keras' name of the input layer of a graph; nil for the default.
  public var inputName: String?
  /// The layers and their connections, in topological order.
  public internal(set) var nodes: [Node]

  /// Creates a model without layers.
  public init(name: String = "sequential") {
    self.name = name
    nodes = []
  }

  /// Creates a chain of layers.
  public init(_ layers: [any Layer]) {
    self.init()
    for layer in layers { append(layer) }
  }

  /// Adds a layer.
  ///
  /// - Parameters:
  ///   - name: unique in the model; nil for Keras' default.
  ///   - inputs: the sources that it reads; the last layer if nil.
  ///   - isTrainable: whether training changes its variables; see `Node.isTrainable`.
  ///   - activityRegularizer: a penalty on its outputs; see `Node.activityRegularizer`.
  /// - Returns: the layer's output.
  @discardableResult
  public mutating func append(
    _ layer: any Layer, name: String? = nil, inputs: [Source]? = nil, isTrainable: Bool = true,
    activityRegularizer: (any Regularizer)? = nil
  ) -> Source {
    let inputs = inputs ?? [output]
    for case .node(let index) in inputs {
      precondition(
        nodes.indices.contains(index), "layer \(nodes.count) reads layer \(index), which does not come before it")
    }
    nodes.append(
      Node(
        layer, name: name, inputs: inputs, isTrainable: isTrainable, activityRegularizer: activityRegularizer))
    return output
  }

  /// Freezes or unfreezes layers; see `Node.isTrainable`.
  ///
  /// - Parameter indices: the indices of the layers.
  public mutating func setTrainable(_ isTrainable: Bool, layers indices: some Sequence<Int>) {
    for index in indices {
      precondition(nodes.indices.contains(index), "layer \(index) does not exist, the model has \(nodes.count) layers")
      nodes[index].isTrainable = isTrainable
    }
  }

  /// The output of the last layer; the input of a model without layers.
  public var output: Source { nodes.isEmpty ? .input : .node(nodes.count - 1) }

  /// The layers in order.
  public var layers: [any Layer] { nodes.map(\.layer) }

  /// Whether each layer reads only the previous one: Keras' `Sequential`.
  public var isChain: Bool {
    nodes.indices.allSatisfy { nodes[$0].inputs == [$0 == 0 ? .input : .node($0 - 1)] }
  }

  /// The name of each layer: its own or Keras' default, which is the layer's type, with a number from the second of a
  /// type on (`dense`, `dense_1`). Defaults that other layers have as their own names are skipped.
  public var layerNames: [String] {
    var taken = Set(nodes.compactMap(\.name) + [inputName].compactMap { $0 })
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
  /// Whether `name` is a valid layer name: it becomes part of paths in files, and a word in configurations.
  public static func isLegalName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 200 && !name.contains("/") && name != "." && name != ".."
      && name != inputReference
      && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
  }

  /// The name of the model's input in configurations.
  static let inputReference = "input"

  /// Sets the names of the layers; names equal to Keras' defaults are not stored.
  ///
  /// - Parameter names: one per layer, all different.
  public mutating func setLayerNames(_ names: [String]) {
    precondition(names.count == nodes.count, "got \(names.count) names for \(nodes.count) layers")
    for index in nodes.indices { nodes[index].name = nil }
    let defaults = layerNames
    for index in nodes.indices where defaults[index] != names[index] { nodes[index].name = names[index] }
    guard layerNames != names else { return }
    for index in nodes.indices { nodes[index].name = names[index] }
  }

  /// Whether a layer reads only the model's input, or the output of augmentation layers that do.
  func readsInput(_ index: Int) -> Bool {
    let inputs = nodes[index].inputs
    guard inputs.count == 1, case .node(let source) = inputs[0] else { return inputs == [.input] }
    return nodes[source].layer is any AugmentationLayer && readsInput(source)
  }

  /// The first layer that changes values in inference, if at most augmentation and layers that change the size of images
  /// come before it.
  private var firstLayer: (any Layer)? {
    var source = Source.input
    for (index, node) in nodes.enumerated() {
      guard node.inputs == [source] else { return nil }
      guard node.layer is any AugmentationLayer || node.layer is any ImageSizeLayer else { return node.layer }
      source = .node(index)
    }
    return nil
  }

  /// Whether the first layer, augmentation aside, is a `Rescaling` or a `Normalization`, so that samples are not scaled
  /// before.
  public var beginsWithScaling: Bool { firstLayer is Rescaling || firstLayer is Normalization }

  /// The divisor of the first layer, augmentation aside, if that is a `Rescaling` with a positive scale and no offset; else 1.
  public var pixelDivisor: Float {
    guard let rescaling = firstLayer as? Rescaling, rescaling.offset == 0, rescaling.scale > 0 else { return 1 }
    return Float(1 / rescaling.scale)
  }

  /// Whether another model has equal layers and connections, regardless of layer names.
  ///
  /// - Parameter ignoringTrainable: whether to ignore which layers are frozen.
  public func isSame(as other: Model, ignoringTrainable: Bool = false) -> Bool {
    func unnamed(_ model: Model) -> ConfigurationNode {
      var model = model
      model.inputName = nil
      for index in model.nodes.indices { model.nodes[index].name = nil }
      if ignoringTrainable { model.setTrainable(true, layers: model.nodes.indices) }
      return model.configuration.withoutInitializers
    }
    return unnamed(self) == unnamed(other)
  }

  /// The model with a layer inserted before it; all layers keep their names.
  public func prepending(_ layer: any Layer) -> Model {
    let names = layerNames
    var model = Model(name: name)
    model.inputName = inputName
    model.append(layer)
    for (node, name) in zip(nodes, names) {
      let inputs = node.inputs.map { source -> Source in
        switch source {
        case .input: .node(0)
        case .node(let index): .node(index + 1)
        }
      }
      model.append(
        node.layer, name: name, inputs: inputs, isTrainable: node.isTrainable,
        activityRegularizer: node.activityRegularizer)
    }
    return model
  }
}

/// A model whose layers form a chain.
public typealias Sequential = Model

extension ConfigurationNode {
  /// The layers of a model without their initializers, which do not matter to one that has its weights.
  package var withoutInitializers: ConfigurationNode {
    switch value {
    case .sequence(let elements): ConfigurationNode(.sequence(elements.map(\.withoutInitializers)), line: line)
    case .mapping(let entries):
      ConfigurationNode(
        mapping: entries.filter { !$0.key.hasSuffix("_initializer") }.map {
          ConfigurationEntry($0.key, $0.node.withoutInitializers, line: $0.line)
        }, line: line)
    default: self
    }
  }
}
