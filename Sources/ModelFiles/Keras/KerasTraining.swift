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
    if let text = contents.training {
      document = try JSONDocument.parse(text)
    } else if let text = contents.model, let compiled = try JSONDocument.parse(text)["compile_config"],
      compiled != .null
    {
      document = compiled
    } else {
      return nil
    }
  }

  /// The class of the optimizer; nil if the file does not say.
  var optimizerClass: String? {
    try? KerasObject(document["optimizer_config"] ?? document["optimizer"], place: "", file: file).className
  }

  /// - Throws: `ModelFileError` for an optimizer, or an option of one, that is not computed here.
  func optimizer() throws -> any Optimizer {
    let object = try KerasObject(
      document["optimizer_config"] ?? document["optimizer"], place: "the optimizer", file: file)
    let place = "the optimizer \(object.className)"
    guard let type = OptimizerCatalog.all.first(where: { $0.className == object.className }) else {
      throw unsupported(
        "optimizer", object.className, OptimizerCatalog.all.map { $0.className },
        " \(KerasNeutralOptions.freshOptimizer)")
    }
    let options = try KerasNeutralOptions.options(
      of: object.configuration, keys: type.optionKeys, owner: .optimizer, place: place, file: file)
    return try type.init(options: ConfigurationReader(options, path: place, keys: type.optionKeys))
  }

  /// - Throws: `ModelFileError` for a loss, or an option of one, that is not computed here.
  func loss() throws -> any Loss {
    let node = document["loss"] ?? .null
    let known = LossCatalog.all.map { $0.name }
    guard document["loss_weights"].map({ $0 == .null }) ?? true else {
      throw ModelFileError(
        file: file,
        .unsupportedOption(
          place: "the training", option: "loss_weights", received: document["loss_weights"]?.json ?? "",
          accepted: "null"))
    }
    var (name, object) = (KerasObject.functionName(node), nil as KerasObject?)
    if name == nil, node != .null {
      object = try KerasObject(node, place: "the loss", file: file)
      name = object?.className
    }
    guard let name, let type = LossCatalog.all.first(where: { $0.name == Self.snakeCase(name) }) else {
      throw unsupported(
        "loss", name.map(Self.snakeCase) ?? node.json, known,
        " \(KerasNeutralOptions.freshOptimizer) Or name the run's configuration by --config: its loss counts.")
    }
    guard let object else { return type.init() }
    let place = "the loss \(object.className)"
    let options = try KerasNeutralOptions.options(
      of: object.configuration, keys: type.optionKeys, owner: .loss, place: place, file: file)
    return try type.init(options: ConfigurationReader(options, path: place, keys: type.optionKeys))
  }

  /// The metrics that are known here, and the names of the others: what is measured changes no weight.
  func metrics() -> (known: [any Metric], others: [String]) {
    var (known, others): ([any Metric], [String]) = ([], [])
    for name in Self.names(document["metrics"] ?? .null) + Self.names(document["weighted_metrics"] ?? .null) {
      let plain =
        ["accuracy", "acc", "categorical_accuracy", "sparse_categorical_accuracy"].contains(name)
        ? Accuracy.name : name
      if let type = MetricCatalog.all.first(where: { $0.name == plain }) {
        if !known.contains(where: { Swift.type(of: $0).name == plain }) { known.append(type.init()) }
      } else {
        others.append(name)
      }
    }
    return (known, others)
  }

  /// The names in a list of names, functions, objects, and lists of them.
  private static func names(_ node: ConfigurationNode) -> [String] {
    if let name = KerasObject.functionName(node) { return [snakeCase(name)] }
    switch node.value {
    case .sequence(let elements): return elements.flatMap(names)
    case .null: return []
    default:
      // A metric that wraps a function goes by the function's name, or by its own.
      let function = node["config"]?["fn"].flatMap(KerasObject.functionName)
      guard case .string(let className) = node["class_name"]?.value else { return [node.json] }
      return [function ?? snakeCase(className)]
    }
  }

  private func unsupported(_ kind: String, _ name: String, _ supported: [String], _ advice: String) -> ModelFileError {
    ModelFileError(
      file: file, .unsupportedName(kind: kind, name: name, supported: supported, advice: advice))
  }

  /// `CategoricalCrossentropy` as Keras' functions have it: `categorical_crossentropy`.
  private static func snakeCase(_ name: String) -> String {
    var words = ""
    for character in name {
      if character.isUppercase, let last = words.last, last != "_", !last.isUppercase { words += "_" }
      words += character.lowercased()
    }
    return words
  }
}
