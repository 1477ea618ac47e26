import Configuration
import NeuralNetwork

/// Serializes a model in Keras' format: a chain of layers as a `Sequential`, any other model as a `Functional`.
struct KerasModelWriter {
  private let plan: ModelPlan
  private let order: KerasLayerOrder
  /// Whether the description is for a `.keras` archive, which only Keras 3 reads, and not for an HDF5 file.
  private let isArchive: Bool

  init(_ plan: ModelPlan, isArchive: Bool) {
    self.plan = plan
    self.isArchive = isArchive
    order = KerasLayerOrder(plan.model)
  }

  private var isChain: Bool { plan.model.isChain }

  /// The model as a serialized Keras object.
  var model: ConfigurationNode {
    let layers = [input] + order.nodes.map(layer)
    var configuration = [
      ConfigurationEntry("name", KerasConfiguration.text(isChain ? "sequential" : "functional")),
      ConfigurationEntry("layers", ConfigurationNode(.sequence(layers))),
    ]
    if isChain {
      if isArchive { configuration.append(ConfigurationEntry("build_input_shape", Self.batchShape(plan.inputShape))) }
      return KerasConfiguration.entry("Sequential", configuration, module: isArchive ? "keras" : nil)
    }
    configuration += [
      // Lists with one element, which Keras 3.3 requires for both.
      ConfigurationEntry("input_layers", ConfigurationNode(.sequence([reference(to: order.inputName)]))),
      ConfigurationEntry("output_layers", ConfigurationNode(.sequence([reference(to: name(of: plan.model.output))]))),
    ]
    return KerasConfiguration.entry(
      "Functional", configuration, module: isArchive ? "keras.src.models.functional" : nil)
  }

  /// The additional build configuration of an archive.
  var building: [ConfigurationEntry] {
    let shape = ConfigurationNode(mapping: [ConfigurationEntry("input_shape", Self.batchShape(plan.inputShape))])
    return isChain ? [ConfigurationEntry("build_config", shape)] : []
  }

  // MARK: - Layers

  private var input: ConfigurationNode {
    let shape = Self.batchShape(plan.inputShape)
    let options = [
      ConfigurationEntry(isArchive ? "batch_shape" : "batch_input_shape", shape),
      ConfigurationEntry("dtype", "float32"),
      ConfigurationEntry("sparse", false),
    ]
    let ragged = isArchive ? [] : [ConfigurationEntry("ragged", false)]
    return layer(
      "InputLayer", order.inputName,
      options + ragged + [ConfigurationEntry("name", KerasConfiguration.text(order.inputName))], inputs: [])
  }

  private func layer(_ index: Int) -> ConfigurationNode {
    let node = plan.nodes[index]
    let options = [
      ConfigurationEntry("name", KerasConfiguration.text(node.name)), ConfigurationEntry("dtype", "float32"),
    ]
    let frozen = node.isTrainable ? [] : [ConfigurationEntry("trainable", false)]
    // Always Keras' default. Layers of Keras 2 that draw images do not know the option.
    let penalty = node.activityRegularizer.map {
      [weightOption(ConfigurationEntry(WeightOptions.activityKey, NamedPart($0).configuration))]
    }
    let own = KerasActivation.options(of: node.layer, isArchive: isArchive).filter {
      isArchive || $0.key != "data_format"
    }.map(weightOption)
    let isForeign = Catalog.layers.isRegistered(type(of: node.layer).typeName)
    return layer(
      node.className, node.name, options + frozen + (penalty ?? []) + own, inputs: node.inputs, isForeign: isForeign)
  }

  /// An initializer, regularizer or constraint as Keras' object; other options unchanged.
  private func weightOption(_ option: ConfigurationEntry) -> ConfigurationEntry {
    guard let kind = WeightOptions.Kind(key: option.key), var part = NamedPart(option.node) else { return option }
    // The weights are in the file: the initializer does not matter to those who open it.
    if kind == .initializer, Catalog.initializers.find(part.name)?.isInKeras == false {
      part = NamedPart(GlorotUniform())
    }
    guard let className = WeightOptions.className(kind, named: part.name) else { return option }
    return ConfigurationEntry(
      option.key,
      KerasConfiguration.entry(className, part.options, module: isArchive ? "keras.\(kind.rawValue)s" : nil))
  }

  /// - Parameter isForeign: whether the layer is not one of Keras', but a custom class registered by its user.
  private func layer(
    _ className: String, _ name: String, _ options: [ConfigurationEntry], inputs: [Model.Source],
    isForeign: Bool = false
  ) -> ConfigurationNode {
    let calls = inputs.isEmpty ? [] : [isArchive ? call(inputs) : formerCall(inputs)]
    let links = [
      ConfigurationEntry("name", KerasConfiguration.text(name)),
      ConfigurationEntry("inbound_nodes", ConfigurationNode(.sequence(calls))),
    ]
    return KerasConfiguration.entry(
      className, options, module: isArchive ? "keras.layers" : nil, isRegistered: isForeign,
      further: isChain ? [] : links)
  }

  // MARK: - Calls

  /// A call in Keras 3's format: a tensor, or a list of tensors if there are several.
  private func call(_ inputs: [Model.Source]) -> ConfigurationNode {
    let tensors = inputs.map { source in
      ConfigurationNode(mapping: [
        ConfigurationEntry("class_name", "__keras_tensor__"),
        ConfigurationEntry(
          "config",
          ConfigurationNode(mapping: [
            ConfigurationEntry("shape", Self.batchShape(plan.shape(of: source))),
            ConfigurationEntry("dtype", "float32"),
            ConfigurationEntry("keras_history", reference(to: name(of: source))),
          ])),
      ])
    }
    let argument = tensors.count == 1 ? tensors[0] : ConfigurationNode(.sequence(tensors))
    return ConfigurationNode(mapping: [
      ConfigurationEntry("args", ConfigurationNode(.sequence([argument]))),
      ConfigurationEntry("kwargs", ConfigurationNode(mapping: [])),
    ])
  }

  /// A call in Keras 2's format, which Keras 3 reads too: `[[name, node, tensor, options], …]`
  private func formerCall(_ inputs: [Model.Source]) -> ConfigurationNode {
    ConfigurationNode(
      .sequence(
        inputs.map { source in
          guard case .sequence(let parts) = reference(to: name(of: source)).value else { return .null }
          return ConfigurationNode(.sequence(parts + [ConfigurationNode(mapping: [])]))
        }))
  }

  private func name(of source: Model.Source) -> String {
    switch source {
    case .input: order.inputName
    case .node(let index): plan.nodes[index].name
    }
  }

  /// The single output of a layer that is called once.
  private func reference(to name: String) -> ConfigurationNode {
    ConfigurationNode(.sequence([KerasConfiguration.text(name), 0, 0]))
  }

  private static func batchShape(_ shape: Shape) -> ConfigurationNode {
    ConfigurationNode(.sequence([.null] + shape.dimensions.map { ConfigurationNode(.integer($0)) }))
  }
}
