import Configuration

/// The layers of a model in Keras' order, each with its input layers.
struct KerasGraph {
  struct Entry {
    let node: ConfigurationNode
    /// The name by which other layers refer to it; nil if inputs follow only from the order.
    let name: String?
    /// The names of its input layers; nil for the preceding layer.
    let inputs: [String]?
  }

  let entries: [Entry]
  /// The names of the input layer and of the output layer; nil for the first and the last.
  private(set) var input: String?
  private(set) var output: String?
  /// The batch shape, if the model states it; its input layer may state it too.
  let buildInputShape: ConfigurationNode?

  private static let functionalClasses = ["Functional", "Model"]

  /// Whether a class is a model class.
  static func isModel(_ className: String) -> Bool {
    className == "Sequential" || functionalClasses.contains(className)
  }

  /// - Throws: `ModelFileError` for an unsupported model, and for options that change the result.
  init(_ object: KerasObject, place: String, omissions: inout KerasOmissions, file: String) throws {
    guard Self.isModel(object.className) else {
      throw ModelFileError(file: file, .unsupportedModel(className: object.className))
    }
    // Keras 1 and early Keras 2 wrote only the list.
    let list = object.configuration["layers"] ?? object.configuration
    if case .mapping = object.configuration.value {
      _ = try KerasIgnorableOptions.options(
        of: object.configuration, keys: ["layers", "build_input_shape", "input_layers", "output_layers"], owner: .layer,
        place: place, omissions: &omissions, file: file)
    }
    guard case .sequence(let nodes) = list.value else {
      throw ModelFileError(file: file, .malformed(reason: "\(place) has no list of layers"))
    }
    buildInputShape = object.configuration["build_input_shape"]
    guard Self.functionalClasses.contains(object.className) else {
      entries = nodes.map { Entry(node: $0, name: nil, inputs: nil) }
      return
    }
    entries = try nodes.map { try Self.entry($0, className: object.className, file: file) }
    for key in ["input", "output"] {
      let names = object.configuration["\(key)_layers"]?.tensorNames ?? []
      guard names.count == 1 else {
        let count = names.isEmpty ? "no \(key)s" : "\(names.count) \(key)s (\(names.joined(separator: ", ")))"
        throw ModelFileError(
          file: file, .unsupportedModel(className: object.className, reason: "\(place) has \(count)"))
      }
      if key == "input" { input = names[0] } else { output = names[0] }
    }
  }

  private static func entry(_ node: ConfigurationNode, className: String, file: String) throws -> Entry {
    guard case .string(let name) = (node["name"] ?? node["config"]?["name"])?.value,
      case .sequence(let calls) = node["inbound_nodes"]?.value
    else { throw ModelFileError(file: file, .malformed(reason: "a layer has no name or no inputs")) }
    func unsupported(_ reason: String) -> ModelFileError {
      ModelFileError(file: file, .unsupportedModel(className: className, reason: "layer '\(name)' \(reason)"))
    }
    guard calls.count <= 1 else { throw unsupported("is called \(calls.count) times, with shared weights") }
    guard let call = calls.first else { return Entry(node: node, name: name, inputs: []) }
    if let operation = KerasOperation(node, name: name) {
      return Entry(node: operation.layer, name: name, inputs: operation.inputs)
    }
    guard let inputs = sources(of: call, to: node) else {
      throw unsupported("is called with other arguments than layer outputs, or with training=True")
    }
    return Entry(node: node, name: name, inputs: inputs)
  }

  // MARK: - Calls

  /// The layers that a layer of a functional model reads, as far as its calls say; empty for layers of other models.
  static func inputs(of node: ConfigurationNode) -> [String] {
    guard case .sequence(let calls) = node["inbound_nodes"]?.value else { return [] }
    return calls.flatMap { sources(of: $0, to: node) ?? [] }
  }

  /// The layers whose outputs are the arguments of a call to a layer; nil if there are other arguments.
  private static func sources(of call: ConfigurationNode, to layer: ConfigurationNode) -> [String]? {
    if let arguments = call["args"] {
      var trainsByDefault = false
      if case .string(let name) = layer["class_name"]?.value {
        trainsByDefault = KerasTrainingLayer.trainsByDefault(name)
      }
      guard case .sequence(let elements) = arguments.value, isNeutral(call["kwargs"], trainsByDefault: trainsByDefault)
      else { return nil }
      let tensors = elements.flatMap { element in
        if case .sequence(let tensors) = element.value { tensors } else { [element] }
      }
      return names(tensors) { $0["config"]?["keras_history"] }
    }
    // Keras 2: `[[name, node, tensor, options], …]`
    guard case .sequence(let tensors) = call.value else { return nil }
    return names(tensors) { tensor in
      guard case .sequence(let parts) = tensor.value, parts.count < 4 || isNeutral(parts[3]) else { return nil }
      return tensor
    }
  }

  /// The layer names from `[name, node, tensor]`, each the single output of a layer that is called once.
  private static func names(_ tensors: [ConfigurationNode], _ place: (ConfigurationNode) -> ConfigurationNode?)
    -> [String]?
  {
    guard !tensors.isEmpty else { return nil }
    var names: [String] = []
    for tensor in tensors {
      guard case .sequence(let parts) = place(tensor)?.value, parts.count >= 3, parts[2] == 0,
        case .string(let name) = parts[0].value
      else { return nil }
      names.append(name)
    }
    return names
  }

  /// Whether a call has only default arguments for inference: no `training=True`, no mask.
  private static func isNeutral(_ options: ConfigurationNode?, trainsByDefault: Bool = false) -> Bool {
    guard case .mapping(let entries) = options?.value else { return options == nil || options == .null }
    return entries.allSatisfy { entry in
      // A layer with several inputs has a mask per input.
      if case .sequence(let elements) = entry.node.value { return elements.allSatisfy { $0 == .null } }
      return [.null, false].contains(entry.node) || trainsByDefault && entry.key == "training" && entry.node == true
    }
  }
}

extension ConfigurationNode {
  /// The layers of a single tensor, `[name, node, tensor]`, or of several in a list or dictionary.
  fileprivate var tensorNames: [String] {
    switch value {
    case .sequence(let elements):
      if case .string(let name) = elements.first?.value, elements.count == 3 { return [name] }
      return elements.flatMap(\.tensorNames)
    case .mapping(let entries): return entries.flatMap(\.node.tensorNames)
    default: return []
    }
  }
}
