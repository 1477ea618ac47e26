import Configuration
import NeuralNetwork

/// An entry in Keras' list of layers.
struct KerasLayer {
  enum Kind {
    /// The input of a model.
    case input
    /// A layer that computes something; `axis` is its axis option if counted from the batch axis, which must be the
    /// last.
    case computed(any Layer, axis: Int?)
    /// A layer that returns its input in inference.
    case omitted
    /// A nested model.
    case model(KerasObject)
  }

  let kind: Kind
  /// Its name in the file.
  let name: String
  let className: String
  /// Whether training updates its variables. As in Keras, the flag of a nested model itself is ignored: freezing it
  /// sets the flag of each of its layers.
  let isTrainable: Bool
  /// The penalty on its outputs; nil for none, and for one that Martlet does not have.
  let activityRegularizer: (any Regularizer)?
  /// The batch shape, if the entry states it.
  let inputShape: ConfigurationNode?

  /// Its name in messages.
  var place: String { "layer '\(name)' (\(className))" }

  /// - Throws: `ModelFileError` or `ConfigurationError`, naming the layer and the option.
  init(_ node: ConfigurationNode, index: Int, omissions: inout KerasOmissions, file: String) throws {
    let object = try KerasObject(node, place: "layer \(index)", file: file)
    let place: String
    if case .string(let text) = (object.configuration["name"] ?? node["name"])?.value {
      name = text
    } else {
      name = "\(index)"
    }
    className = object.className
    place = "layer '\(name)' (\(className))"
    isTrainable = object.configuration["trainable"] != false
    activityRegularizer = try Self.activityRegularizer(object, place: place)
    inputShape = ["batch_shape", "batch_input_shape"].lazy.compactMap { object.configuration[$0] }.first
    if className == "InputLayer" {
      _ = try KerasIgnorableOptions.options(
        of: object.configuration, keys: [], owner: .layer, place: place, omissions: &omissions, file: file)
      kind = .input
    } else if KerasGraph.isModel(className) {
      kind = .model(object)
    } else if KerasTrainingLayer.includes(className) {
      kind = try Self.trainingLayer(object, name: name, place: place, omissions: &omissions, file: file)
    } else {
      kind = try Self.computed(object, name: name, place: place, omissions: &omissions, file: file)
    }
  }

  /// A layer that is active only in training: computed if supported, else left out if allowed.
  private static func trainingLayer(
    _ object: KerasObject, name: String, place: String, omissions: inout KerasOmissions, file: String
  ) throws -> Kind {
    try KerasIgnorableOptions.checkType(of: object.configuration, place: place, file: file)
    if type(of: object.className) != nil {
      var computing = omissions
      do {
        let kind = try computed(object, name: name, place: place, omissions: &computing, file: file)
        omissions = computing
        return kind
      } catch  where !omissions.isForTraining {
        // Its options are unsupported, but it is active only in training, and nothing is trained.
      }
    }
    if !KerasTrainingLayer.isIdle(object) { try omissions.omitLayer(name, className: object.className) }
    return .omitted
  }

  private static func type(of className: String) -> (any Layer.Type)? {
    Catalog.layers.all.first { ([$0.className] + $0.classAliases).contains(className) }
  }

  private static func computed(
    _ object: KerasObject, name: String, place: String, hasActivity: Bool = true, omissions: inout KerasOmissions,
    file: String
  ) throws -> Kind {
    guard let type = type(of: object.className) else {
      throw ModelFileError(
        file: file,
        .unsupportedLayer(
          layer: name, className: object.className, supported: Catalog.layers.all.map { $0.className }))
    }
    let configuration = KerasFormerNames.renamed(object.configuration, ofLayer: object.className)
    // Weights come from the file, so that an unknown initializer does no harm; what else is unknown is refused below.
    let keys = type.optionKeys.filter { canBeRead($0, configuration[$0]) }
    let activity = WeightOptions.activityKey
    var options = try KerasIgnorableOptions.options(
      of: configuration, keys: keys + (hasActivity && canBeRead(activity, configuration[activity]) ? [activity] : []),
      owner: .layer, place: place, omissions: &omissions, file: file)
    // That of a layer is read with the layer.
    options = options.without(activity)
    let (plain, axis) = try plain(options, place: place, omissions: &omissions, file: file)
    let reader = try ConfigurationReader(plain, path: place, keys: type.optionKeys)
    noteInitializers(configuration, place: place, omissions: &omissions)
    return .computed(try type.init(options: reader), axis: axis)
  }

  /// The penalty on a layer's outputs, if it is one that Martlet has; what else is there is refused with its other options.
  private static func activityRegularizer(_ object: KerasObject, place: String) throws -> (any Regularizer)? {
    let key = WeightOptions.activityKey
    guard let node = object.configuration[key], canBeRead(key, node), type(of: object.className) != nil else {
      return nil
    }
    return try WeightOptions.activityRegularizer(
      ConfigurationReader(ConfigurationNode(mapping: [ConfigurationEntry(key, node)]), path: place, keys: [key]))
  }

  /// Whether an option of weights is one that Martlet has; true for all other options.
  private static func canBeRead(_ key: String, _ node: ConfigurationNode?) -> Bool {
    guard let kind = WeightOptions.Kind(key: key), let node, node != .null else { return true }
    return (try? WeightOptions.check(kind, node, WeightOptions.Place(path: key, line: nil))) != nil
  }

  /// The options with functions replaced by their names, and the last axis as -1.
  ///
  /// - Returns: the options, and the axis that must be the last.
  private static func plain(
    _ options: ConfigurationNode, place: String, omissions: inout KerasOmissions, file: String
  ) throws -> (options: ConfigurationNode, axis: Int?) {
    guard case .mapping(let entries) = options.value else { return (options, nil) }
    var named: Int?
    let plain = try entries.map { entry in
      if entry.key == "activation", entry.node["class_name"] != nil, KerasObject.functionName(entry.node) == nil {
        let function = try activation(entry.node, place: place, omissions: &omissions, file: file)
        return ConfigurationEntry(entry.key, function.configuration)
      }
      if entry.key == "axis", let axis = KerasObject.axis(entry.node) {
        if axis > 0 { named = axis }
        return ConfigurationEntry(entry.key, ConfigurationNode(.integer(axis > 0 ? -1 : axis)))
      }
      let name = KerasObject.functionName(entry.node)
      return name.map { ConfigurationEntry(entry.key, ConfigurationNode(.string($0))) } ?? entry
    }
    return (ConfigurationNode(mapping: plain), named)
  }

  /// The function of a layer that is the activation of another one.
  private static func activation(
    _ node: ConfigurationNode, place: String, omissions: inout KerasOmissions, file: String
  ) throws -> ActivationFunction {
    let object = try KerasObject(node, place: "the activation of \(place)", file: file)
    if type(of: object.className) != nil,
      case .computed(let layer, _) = try computed(
        object, name: object.className, place: "the activation of \(place)", hasActivity: false,
        omissions: &omissions, file: file),
      let function = ActivationFunction(of: layer)
    {
      return function
    }
    throw ModelFileError(
      file: file,
      .unsupportedOption(
        place: place, option: "activation", received: object.className,
        accepted: "the name of a function, or a layer that applies one: ReLU, LeakyReLU, ELU, Softmax, Activation"))
  }

  /// Notes the initializers that differ from Martlet's, in every spelling.
  private static func noteInitializers(
    _ configuration: ConfigurationNode, place: String, omissions: inout KerasOmissions
  ) {
    let defaults = [
      ("kernel_initializer", "GlorotUniform"), ("depthwise_initializer", "GlorotUniform"),
      ("pointwise_initializer", "GlorotUniform"), ("bias_initializer", "Zeros"), ("alpha_initializer", "Zeros"),
    ]
    for (key, own) in defaults {
      guard let node = configuration[key], node != .null, !canBeRead(key, node) else { continue }
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

extension ConfigurationNode {
  /// A mapping without a key.
  fileprivate func without(_ key: String) -> ConfigurationNode {
    guard case .mapping(let entries) = value else { return self }
    return ConfigurationNode(mapping: entries.filter { $0.key != key }, line: line)
  }
}
