import Checkpoints
import Configuration
import NeuralNetwork

/// One entry in Keras' list of layers.
struct KerasLayer {
  /// A layer that computes something.
  struct Computed {
    let layer: any Layer
    /// What the file calls it.
    let name: String
  }

  /// Nil for an input, a rescaling, and for what inference leaves out.
  let layer: Computed?
  /// What a Rescaling layer divides by; nil for other layers.
  let rescaling: Float?
  /// What the file calls it.
  let name: String
  /// The shape of a batch, where the entry tells it.
  let inputShape: ConfigurationNode?
  /// The (height, width) that a layer which is left out asks of its input.
  let requiredSize: [ConfigurationNode]?

  /// - Throws: `ModelFileError` or `ConfigurationError` that names the layer and the option.
  init(_ node: ConfigurationNode, index: Int, omissions: inout KerasOmissions, file: String) throws {
    let object = try KerasObject(node, place: "layer \(index)", file: file)
    name = if case .string(let name) = object.configuration["name"]?.value { name } else { "\(index)" }
    let place = "layer '\(name)' (\(object.className))"
    var found: Computed?
    var shape = ["batch_shape", "batch_input_shape"].lazy.compactMap { object.configuration[$0] }.first
    var (size, divisor): ([ConfigurationNode]?, Float?)
    if object.className == "InputLayer" {
      _ = try KerasNeutralOptions.options(
        of: object.configuration, keys: [], owner: .layer, place: place, omissions: &omissions, file: file)
    } else if object.className == KerasConfiguration.rescalingClass {
      divisor = try KerasRescaling.divisor(object, place: place, file: file)
    } else if KerasTrainingLayer.includes(object.className) {
      try KerasNeutralOptions.checkType(of: object.configuration, place: place, file: file)
      if !KerasTrainingLayer.isIdle(object) { try omissions.omitLayer(name, className: object.className) }
      size = KerasTrainingLayer.croppedSize(object)
    } else if KerasChain.isModel(object.className) {
      let inner = try Self.preparation(object, place: place, omissions: &omissions, file: file)
      shape = shape ?? inner.inputShape
      (size, divisor) = (inner.requiredSize, inner.rescaling)
    } else {
      found = try Self.computed(object, name: name, place: place, omissions: &omissions, file: file)
    }
    (layer, inputShape, requiredSize, rescaling) = (found, shape, size, divisor)
  }

  /// A model within the model, of layers that only act in training, and a rescaling: what prepares images.
  private static func preparation(
    _ object: KerasObject, place: String, omissions: inout KerasOmissions, file: String
  ) throws -> (inputShape: ConfigurationNode?, requiredSize: [ConfigurationNode]?, rescaling: Float?) {
    let chain = try KerasChain(object, place: place, omissions: &omissions, file: file)
    let layers = try chain.layers.enumerated().map { index, node in
      try KerasLayer(node, index: index, omissions: &omissions, file: file)
    }
    if let inner = layers.lazy.compactMap(\.layer).first {
      throw ModelFileError(
        file: file,
        .unusable(
          reason: "\(place) is a model within the model, which is not read here: it has the layer '\(inner.name)'"))
    }
    let rescaling = try KerasRescaling.divisor(layers, file: file)
    return (layers.first?.inputShape, layers.lazy.compactMap(\.requiredSize).first, rescaling)
  }

  /// Layers that are one activation function, by their classes.
  private static let functionClasses: [String: ActivationFunction] = ["ReLU": .relu, "Softmax": .softmax]

  private static func computed(
    _ object: KerasObject, name: String, place: String, omissions: inout KerasOmissions, file: String
  ) throws -> Computed {
    if let function = functionClasses[object.className] {
      _ = try KerasNeutralOptions.options(
        of: object.configuration, keys: [], owner: .layer, place: place, omissions: &omissions, file: file)
      return Computed(layer: Activation(function), name: name)
    }
    let supported = LayerCatalog.all
    guard let type = supported.first(where: { ([$0.className] + $0.classAliases).contains(object.className) }) else {
      throw ModelFileError(
        file: file,
        .unsupportedLayer(layer: name, className: object.className, supported: supported.map { $0.className }))
    }
    let options = try KerasNeutralOptions.options(
      of: object.configuration, keys: type.optionKeys, owner: .layer, place: place, omissions: &omissions, file: file)
    let reader = try ConfigurationReader(plain(options), path: place, keys: type.optionKeys)
    noteInitializers(object.configuration, place: place, omissions: &omissions)
    return Computed(layer: try type.init(options: reader), name: name)
  }

  /// The options with functions by their names.
  private static func plain(_ options: ConfigurationNode) -> ConfigurationNode {
    guard case .mapping(let entries) = options.value else { return options }
    return ConfigurationNode(
      mapping: entries.map { entry in
        let name = KerasObject.functionName(entry.node)
        return name.map { ConfigurationEntry(entry.key, ConfigurationNode(.string($0))) } ?? entry
      })
  }

  /// Notes the initializers that differ from ours, in every spelling.
  private static func noteInitializers(
    _ configuration: ConfigurationNode, place: String, omissions: inout KerasOmissions
  ) {
    for (key, own) in [("kernel_initializer", "GlorotUniform"), ("bias_initializer", "Zeros")] {
      guard let node = configuration[key], node != .null else { continue }
      let name = node["class_name"] ?? node
      let isGlorot =
        name == "VarianceScaling" && node["config"]?["mode"] == "fan_avg"
        && node["config"]?["distribution"] == "uniform" && [1, 1.0].contains(node["config"]?["scale"])
      let spellings: [ConfigurationNode] =
        own == "Zeros" ? ["Zeros", "zeros"] : ["GlorotUniform", "glorot_uniform", "GlorotUniformV2"]
      if spellings.contains(name) || (own == "GlorotUniform" && isGlorot) { continue }
      omissions.noteInitializer(key, name.json, own: own, of: place)
    }
  }
}
