import Configuration

/// The layers of a model that are a chain: those of a Sequential, or of a functional model in which each layer takes what
/// the one before it gives, and nothing else.
struct KerasChain {
  let layers: [ConfigurationNode]
  /// The shape of a batch, where the model tells it; its input layer may tell it, too.
  let buildInputShape: ConfigurationNode?

  private static let functionalClasses = ["Functional", "Model"]

  /// Whether objects of a class are models.
  static func isModel(_ className: String) -> Bool {
    className == "Sequential" || functionalClasses.contains(className)
  }

  /// - Throws: `ModelFileError` for a model that is no chain, and for options that change the result.
  init(_ object: KerasObject, place: String, omissions: inout KerasOmissions, file: String) throws {
    guard Self.isModel(object.className) else {
      throw ModelFileError(file: file, .unsupportedModel(className: object.className))
    }
    // Keras 1 and the first of Keras 2 wrote the list alone.
    let list = object.configuration["layers"] ?? object.configuration
    if case .mapping = object.configuration.value {
      _ = try KerasNeutralOptions.options(
        of: object.configuration, keys: ["layers", "build_input_shape", "input_layers", "output_layers"], owner: .layer,
        place: place, omissions: &omissions, file: file)
    }
    guard case .sequence(let nodes) = list.value else {
      throw ModelFileError(file: file, .malformed(reason: "\(place) has no list of layers"))
    }
    layers = nodes
    buildInputShape = object.configuration["build_input_shape"]
    guard Self.functionalClasses.contains(object.className) else { return }
    if let reason = Self.branching(nodes, outputs: object.configuration["output_layers"]) {
      throw ModelFileError(file: file, .unsupportedModel(className: object.className, reason: reason))
    }
  }

  // MARK: - Functional models

  /// Why the layers are no chain; nil if they are one.
  private static func branching(_ layers: [ConfigurationNode], outputs: ConfigurationNode?) -> String? {
    var previous: String?
    for layer in layers {
      guard case .string(let name) = (layer["name"] ?? layer["config"]?["name"])?.value,
        case .sequence(let calls) = layer["inbound_nodes"]?.value
      else { return "a layer does not say what it takes" }
      guard calls.count == (previous == nil ? 0 : 1) else {
        return calls.isEmpty ? "'\(name)' is a second input" : "'\(name)' is called \(calls.count) times"
      }
      if let previous, let call = calls.first {
        guard let source = source(of: call) else { return "'\(name)' is called with more than the output of one layer" }
        guard source == previous else { return "'\(name)' takes the output of '\(source)', not of '\(previous)'" }
      }
      previous = name
    }
    // One output is written with a list around it, or without.
    let output = outputs?.first?.first ?? outputs?.first
    guard outputs?.isSingle ?? false, case .string(let name) = output?.value, name == previous else {
      return "its output is not that of its last layer alone"
    }
    return nil
  }

  /// The layer whose output a call takes; nil if it takes anything besides.
  private static func source(of call: ConfigurationNode) -> String? {
    var name: ConfigurationNode?
    var options: ConfigurationNode?
    if let arguments = call["args"] {
      guard case .sequence(let tensors) = arguments.value, tensors.count == 1 else { return nil }
      name = tensors[0]["config"]?["keras_history"]?.first
      options = call["kwargs"]
    } else if case .sequence(let elements) = call.value {
      // Keras 2: `[[name, node, tensor, options]]`
      guard case .sequence(let tensor) = elements.first?.value, elements.count == 1, tensor.count >= 3 else {
        return nil
      }
      name = tensor[0]
      options = tensor.count > 3 ? tensor[3] : nil
    }
    guard case .string(let source) = name?.value, isNeutral(options) else { return nil }
    return source
  }

  /// Whether a call leaves everything at what inference takes: no `training=True`, no mask.
  private static func isNeutral(_ options: ConfigurationNode?) -> Bool {
    guard case .mapping(let entries) = options?.value else { return options == nil || options == .null }
    return entries.allSatisfy { [.null, false].contains($0.node) }
  }
}

extension ConfigurationNode {
  /// The first element of a sequence.
  fileprivate var first: ConfigurationNode? {
    if case .sequence(let elements) = value { elements.first } else { nil }
  }

  /// Whether this is one tensor, `[name, node, tensor]`, or a list of one.
  fileprivate var isSingle: Bool {
    guard case .sequence(let elements) = value, let first = elements.first else { return false }
    if case .string = first.value { return elements.count == 3 }
    return elements.count == 1
  }
}
