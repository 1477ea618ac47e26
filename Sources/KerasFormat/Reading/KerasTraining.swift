import Configuration
import NeuralNetwork

/// The training that Keras describes: each part is understood when it is asked for, so that a model can be asked for its
/// predictions whatever it was trained with.
struct KerasTraining {
  private let document: ConfigurationNode
  private let file: String

  /// Nil if the model was not compiled.
  init?(_ contents: KerasContents, file: String) throws {
    self.file = file
    let text = contents.training
    let compiled =
      try text.map(JSONDocument.parse) ?? contents.model.flatMap { try JSONDocument.parse($0)["compile_config"] }
    // Keras 3 writes an empty mapping for a model that is not compiled, and nulls for what was not named.
    guard let compiled, case .mapping(let entries) = compiled.value, entries.contains(where: { $0.node != .null })
    else { return nil }
    document = compiled
  }

  private var optimizerNode: ConfigurationNode { document["optimizer_config"] ?? document["optimizer"] ?? .null }

  /// What the file says of the optimizer: its class or its name, and its options. Nil if it names none.
  ///
  /// Keras 3.0 to 3.3 and tf.keras 2.12 to 2.15 write a name where the model was compiled with one: `"adam"`.
  private func namedOptimizer() throws -> (name: String, options: ConfigurationNode)? {
    if optimizerNode == .null { return nil }
    if let name = KerasObject.text(optimizerNode) { return (name, ConfigurationNode(mapping: [])) }
    let object = try KerasObject(optimizerNode, place: "the optimizer", file: file)
    return (object.className, object.configuration)
  }

  /// The class of the optimizer; nil if the file does not say.
  var optimizerClass: String? {
    guard let name = try? namedOptimizer()?.name else { return nil }
    return Catalog.optimizers.all.first { $0.name == name.lowercased() }?.className ?? name
  }

  /// Nil if the file names none.
  ///
  /// - Throws: `ModelFileError` for an optimizer, or an option of one, that is not computed here.
  func optimizer() throws -> (any Optimizer)? {
    guard let (name, options) = try namedOptimizer() else { return nil }
    guard let type = Catalog.optimizers.all.first(where: { $0.className == name || $0.name == name.lowercased() })
    else {
      throw unsupported(
        "optimizer", name, Catalog.optimizers.all.map { $0.className },
        " \(KerasNeutralOptions.freshOptimizer)")
    }
    let place = "the optimizer \(type.className)"
    let own = try KerasNeutralOptions.options(
      of: options, keys: type.allOptionKeys, owner: .optimizer, place: place, file: file)
    return try type.init(options: ConfigurationReader(own, path: place, keys: type.allOptionKeys))
  }

  /// Nil if the file names none.
  ///
  /// - Throws: `ModelFileError` for a loss, or an option of one, that is not computed here.
  func loss() throws -> (any Loss)? {
    let node = Self.only(document["loss"] ?? .null)
    guard node != .null else { return nil }
    let known = Catalog.losses.names
    guard document["loss_weights"].map({ $0 == .null }) ?? true else {
      throw ModelFileError(
        file: file,
        .unsupportedOption(
          place: "the training", option: "loss_weights", received: document["loss_weights"]?.json ?? "",
          accepted: "null"))
    }
    var (name, object) = (KerasObject.functionName(node), nil as KerasObject?)
    if name == nil {
      object = try KerasObject(node, place: "the loss", file: file)
      name = object?.className
    }
    guard let name, let type = Catalog.losses.find(name) ?? Catalog.losses.find(KerasName.snakeCase(name)) else {
      throw unsupported(
        "loss", name.map(KerasName.snakeCase) ?? node.json, known,
        " \(KerasNeutralOptions.freshOptimizer) Or name the run's configuration by --config: its loss counts.")
    }
    guard let object else { return type.init() }
    let place = "the loss \(object.className)"
    let options = try KerasNeutralOptions.options(
      of: object.configuration, keys: type.optionKeys, owner: .loss, place: place, file: file)
    return try type.init(options: ConfigurationReader(options, path: place, keys: type.optionKeys))
  }

  /// What stands for the one output of a model: also as the only one of a list, or by the output's name.
  private static func only(_ node: ConfigurationNode) -> ConfigurationNode {
    switch node.value {
    case .sequence(let elements) where elements.count == 1: elements[0]
    case .mapping(let entries) where entries.count == 1: entries[0].node
    default: node
    }
  }

  /// The metrics that are known here, and the names of the others: what is measured changes no weight.
  func metrics() -> (known: [any Metric], others: [String]) {
    var (known, others): ([any Metric], [String]) = ([], [])
    for name in Self.names(document["metrics"] ?? .null) + Self.names(document["weighted_metrics"] ?? .null) {
      let plain =
        ["accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy"].contains(name)
        ? Accuracy.name : name
      if let type = Catalog.metrics.find(plain) {
        if !known.contains(where: { Swift.type(of: $0).name == type.name }) { known.append(type.init()) }
      } else {
        others.append(name)
      }
    }
    return (known, others)
  }

  /// The names in a list of names, functions, objects, and lists of them.
  private static func names(_ node: ConfigurationNode) -> [String] {
    if let name = KerasObject.functionName(node) { return [KerasName.snakeCase(name)] }
    switch node.value {
    case .sequence(let elements): return elements.flatMap(names)
    case .null: return []
    default:
      // A metric that wraps a function goes by the function's name, or by its own.
      let function = node["config"]?["fn"].flatMap(KerasObject.functionName)
      guard case .string(let className) = node["class_name"]?.value else { return [node.json] }
      return [function ?? KerasName.snakeCase(className)]
    }
  }

  private func unsupported(_ kind: String, _ name: String, _ supported: [String], _ advice: String) -> ModelFileError {
    ModelFileError(
      file: file, .unsupportedName(kind: kind, name: name, supported: supported, advice: advice))
  }
}

// MARK: - Words for people

extension KerasTraining {
  /// The optimizer's class and its plain options; nil if the file names none.
  var optimizerSummary: (name: String, options: [ConfigurationEntry])? {
    guard let (name, options) = try? namedOptimizer() else { return nil }
    guard case .mapping(let entries) = options.value else { return (name, []) }
    return (name, entries.filter { $0.key != "name" && $0.node != .null && $0.node != false })
  }

  /// Nil if the file names none.
  var lossName: String? {
    let node = Self.only(document["loss"] ?? .null)
    return node == .null ? nil : Self.names(node).first
  }

  var metricNames: [String] {
    Self.names(document["metrics"] ?? .null) + Self.names(document["weighted_metrics"] ?? .null)
  }
}
