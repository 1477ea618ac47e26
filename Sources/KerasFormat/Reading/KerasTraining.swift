import Configuration
import NeuralNetwork
import Training

/// The training configuration in a Keras file: each part is parsed on access, so that a model can predict whatever it
/// was trained with.
struct KerasTraining {
  private let document: ConfigurationNode
  private let file: String

  /// Nil if the model was not compiled.
  init?(_ contents: KerasContents, file: String) throws {
    self.file = file
    let text = contents.training
    let compiled =
      try text.map(JSONDocument.parse) ?? contents.model.flatMap { try JSONDocument.parse($0)["compile_config"] }
    // Keras 3 writes an empty mapping for an uncompiled model, and nulls for omitted parts.
    guard let compiled, case .mapping(let entries) = compiled.value, entries.contains(where: { $0.node != .null })
    else { return nil }
    document = compiled
  }

  private var optimizerNode: ConfigurationNode { document["optimizer_config"] ?? document["optimizer"] ?? .null }

  /// The optimizer in the file: its class or name, and its options. Nil if there is none.
  ///
  /// Keras 3.0 to 3.3 and tf.keras 2.12 to 2.15 write a name if the model was compiled with one: `"adam"`.
  private func namedOptimizer() throws -> (name: String, options: ConfigurationNode)? {
    if optimizerNode == .null { return nil }
    if let name = KerasObject.text(optimizerNode) { return (name, ConfigurationNode(mapping: [])) }
    let object = try KerasObject(optimizerNode, place: "the optimizer", file: file)
    return (object.className, object.configuration)
  }

  /// The class of the optimizer; nil if the file does not state it.
  var optimizerClass: String? {
    guard let name = try? namedOptimizer()?.name else { return nil }
    return Catalog.optimizers.all.first { $0.name == name.lowercased() }?.className ?? name
  }

  /// Nil if the file names none.
  ///
  /// - Throws: `ModelFileError` for an unsupported optimizer or option.
  func optimizer() throws -> (any Optimizer)? {
    guard let (name, options) = try namedOptimizer() else { return nil }
    guard let type = Catalog.optimizers.all.first(where: { $0.className == name || $0.name == name.lowercased() })
    else {
      throw unsupported(
        "optimizer", name, Catalog.optimizers.all.map { $0.className },
        " \(ModelFileError.Problem.weightsCanBeImported)")
    }
    let place = "the optimizer \(type.className)"
    let scheduled = try KerasSchedule(options, file: file)
    let own = try KerasIgnorableOptions.options(
      of: scheduled?.options ?? options, keys: type.allOptionKeys, owner: .optimizer, place: place, file: file)
    return try type.init(options: ConfigurationReader(own, path: place, keys: type.allOptionKeys))
  }

  /// The schedule of the optimizer's learning rate; nil if that is constant.
  ///
  /// - Throws: `ModelFileError` for an unsupported schedule or option.
  func schedule() throws -> LearningRateSchedule? {
    try namedOptimizer().flatMap { try KerasSchedule($0.options, file: file) }?.schedule
  }

  /// Nil if the file names none.
  ///
  /// - Throws: `ModelFileError` for an unsupported loss or option.
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
        " \(ModelFileError.Problem.weightsCanBeImported)")
    }
    guard let object else { return type.init() }
    let place = "the loss \(object.className)"
    let options = try KerasIgnorableOptions.options(
      of: object.configuration, keys: type.optionKeys, owner: .loss, place: place, file: file)
    return try type.init(options: ConfigurationReader(options, path: place, keys: type.optionKeys))
  }

  /// The entry for the single output of a model: itself, a list with one element, or a mapping by output name.
  private static func only(_ node: ConfigurationNode) -> ConfigurationNode {
    switch node.value {
    case .sequence(let elements) where elements.count == 1: elements[0]
    case .mapping(let entries) where entries.count == 1: entries[0].node
    default: node
    }
  }

  /// The supported metrics, and the names of the others, which do not affect the weights.
  func metrics() -> (known: [any Metric], others: [String]) {
    var (known, others): ([any Metric], [String]) = ([], [])
    for node in Self.elements(document["metrics"] ?? .null) + Self.elements(document["weighted_metrics"] ?? .null) {
      if let metric = metric(node) {
        if !known.contains(where: { Swift.type(of: $0).name == Swift.type(of: metric).name }) { known.append(metric) }
      } else {
        others += Self.names(node)
      }
    }
    return (known, others)
  }

  /// Nil for one that is not supported, or has options that are not.
  private func metric(_ node: ConfigurationNode) -> (any Metric)? {
    guard let name = Self.names(node).first else { return nil }
    let isAccuracy = ["accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy"].contains(name)
    guard let type = Catalog.metrics.find(isAccuracy ? Accuracy.name : name) else { return nil }
    let options = node["config"] ?? ConfigurationNode(mapping: [])
    let isFunction = KerasObject.functionName(node) != nil || options["fn"] != nil
    guard
      let own = try? KerasIgnorableOptions.options(
        of: isFunction ? ConfigurationNode(mapping: []) : options, keys: type.optionKeys, owner: .metric, place: name,
        file: file)
    else { return nil }
    return try? type.init(options: ConfigurationReader(own, path: name, keys: type.optionKeys))
  }

  /// The elements of a nested list.
  private static func elements(_ node: ConfigurationNode) -> [ConfigurationNode] {
    switch node.value {
    case .sequence(let elements): elements.flatMap(self.elements)
    case .null: []
    default: [node]
    }
  }

  /// The names in a nested list of names, functions and objects.
  private static func names(_ node: ConfigurationNode) -> [String] {
    if let name = KerasObject.functionName(node) { return [KerasName.snakeCase(name)] }
    switch node.value {
    case .sequence(let elements): return elements.flatMap(names)
    case .null: return []
    default:
      // A metric that wraps a function has the function's name, or its own.
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

// MARK: - Text for messages

extension KerasTraining {
  /// The optimizer's class and its scalar options; nil if the file names none.
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
