import Configuration
import Datasets
import NeuralNetwork
import Training

extension RunConfiguration {
  /// Reads a YAML file.
  ///
  /// - Parameter overrides: applied to the file's values, in order.
  /// - Throws: `ConfigurationError` with file and line or the override, the key and the value received.
  public init(contentsOf path: String, overrides: [ConfigurationOverride] = []) throws {
    try self.init(contentsOf: path, overrides: overrides, naming: .own)
  }

  /// Likewise, with the layers that it names.
  ///
  /// - Throws: `ConfigurationError`.
  package init(contentsOf path: String, overrides: [ConfigurationOverride] = [], naming layers: NamedLayers) throws {
    try self.init(yaml: ConfigurationFile.text(of: path), file: path, overrides: overrides, naming: layers)
  }

  /// Reads YAML text.
  ///
  /// - Parameters:
  ///   - file: the file name in messages.
  ///   - overrides: applied to the values of the text, in order.
  /// - Throws: `ConfigurationError` with file and line or the override, the key and the value received.
  public init(yaml text: String, file: String, overrides: [ConfigurationOverride] = []) throws {
    try self.init(yaml: text, file: file, overrides: overrides, naming: .own)
  }

  /// Likewise, with the layers that it names.
  ///
  /// - Throws: `ConfigurationError`.
  package init(
    yaml text: String, file: String, overrides: [ConfigurationOverride] = [], naming layers: NamedLayers
  ) throws {
    do {
      try self.init(overrides.applied(to: YAMLDocument.parse(text)), naming: layers)
    } catch let error as ConfigurationError {
      throw overrides.located(error, file: file)
    }
  }

  private static let keys = ["name", "data", "model", "compile", "fit", "callbacks", "checkpoints"]

  /// The keys of the sections with a fixed set of keys.
  static let sectionKeys: KeyValuePairs<String, [String]> = [
    "data": ["dataset", "scale", "subset", "class_names"],
    "compile": ["optimizer", "learning_rate_schedule", "loss", "metrics"],
    "fit": [
      "epochs", "batch_size", "steps_per_epoch", "shards", "validation_split", "validation_freq", "stratify",
      "oversample", "class_weight", "shuffle", "seed", "batch_augmentation", "freeze", "on_nonfinite",
    ],
    "checkpoints": [
      "directory", "fallback_directory", "every_epochs", "every_steps", "every_minutes", "keep_last", "keep_best",
    ],
  ]

  static func keys(of section: String) -> [String] { sectionKeys.first { $0.key == section }?.value ?? [] }

  private init(_ document: ConfigurationNode, naming layers: NamedLayers) throws {
    let reader = try ConfigurationReader(document, path: "", keys: Self.keys)
    let name = try Self.name(reader)
    let dataNode = try reader.required("data")
    var model = try Sequential(configuration: reader.required("model"), path: "model")
    let data = try Self.data(dataNode)
    let compile = try CompileSection(reader.node("compile"))
    let fit = try FitSection(reader.node("fit"))
    if case .of(let other) = layers { model = other }
    if layers.areKnown {
      try model.freeze(fit.freeze, path: "fit.freeze", line: reader.node("fit")?["freeze"]?.line)
      try compile.checkLayerNames(model)
    }
    guard fit.onNonfinite == .stop || compile.optimizer.updateOptions.accumulationSteps == nil else {
      throw ConfigurationError(
        .conflict(
          "batches cannot be skipped where the gradients of several are accumulated "
            + "(compile.optimizer.gradient_accumulation_steps): use stop."), path: "fit.on_nonfinite",
        line: reader.node("fit")?["on_nonfinite"]?.line)
    }
    if fit.samples.validationSplit == nil, let key = data.source?.missingTestKey {
      throw ConfigurationError(.missingKey(key: key), path: "data", line: reader.node("data")?.line)
    }
    var samples = fit.samples
    samples.subset = data.subset
    let metrics = TrainingConfiguration.monitoredNames(compile.metrics)
    try Self.checkMonitors(reader, compile.metrics)
    let callbacks = try CallbackSection(reader.node("callbacks"), metrics: metrics, schedule: compile.schedule)
    var training = TrainingConfiguration(
      model: model, optimizer: compile.optimizer, loss: compile.loss, metrics: compile.metrics, epochs: fit.epochs,
      batchSize: fit.batchSize, shards: fit.shards, shuffle: fit.shuffle, seed: fit.seed, scale: data.scale,
      samples: samples, learningRateSchedule: compile.schedule, onNonfinite: fit.onNonfinite,
      batchAugmentation: fit.batchAugmentation, stepsPerEpoch: fit.stepsPerEpoch,
      validationFrequency: fit.validationFrequency)
    if let conflict = training.mixingConflict {
      throw ConfigurationError(
        .conflict(conflict), path: "fit.batch_augmentation", line: reader.node("fit")?["batch_augmentation"]?.line)
    }
    training.classNames = data.classNames
    training.pictures = (data.source as? ImageFolderSource)?.preparation
    // Resolve a default that does not depend on the data.
    training.scale = data.scale ?? training.defaultScale(for: data.source.flatMap { type(of: $0).inputElement })
    self.init(
      name: name, source: data.source, training: training,
      checkpoints: try Self.checkpoints(reader.node("checkpoints"), name: name, metrics: metrics, training: training),
      callbacks: callbacks.callbacks)
  }

  /// Checks that the name is valid as a directory name.
  private static func name(_ reader: ConfigurationReader) throws -> String {
    let name = try reader.string("name")
    guard !name.contains("/"), !name.hasPrefix("."), name.utf8.count <= 200 else {
      throw reader.error(
        .unexpected(
          expected: "a valid directory name (no '/', no '.' at the start, at most 200 bytes)",
          received: ConfigurationNode(.string(name)).received), at: "name")
    }
    return name
  }

  /// The keys depend on the data set, so its name is read first.
  private static func data(
    _ node: ConfigurationNode
  ) throws -> (source: (any DatasetSource)?, scale: Float?, subset: SampleSettings.Subset?, classNames: [String]?) {
    let keys = Self.keys(of: "data")
    let allKeys = Catalog.datasets.all.reduce(into: keys) { keys, type in
      keys += type.optionKeys.filter { !keys.contains($0) }
    }
    let anyReader = try ConfigurationReader(node, path: "data", keys: allKeys)
    var source: (any DatasetSource)?
    if let named = anyReader.node("dataset") {
      let type = try Catalog.datasets.entry(named: named, path: anyReader.path(of: "dataset"))
      source = try type.init(options: ConfigurationReader(node, path: "data", keys: keys + type.optionKeys))
    }
    let scale = anyReader.node("scale") == nil ? nil : Float(try anyReader.number("scale", where: .positive))
    let names = try anyReader.strings("class_names", default: [])
    if let wrong = names.indices.first(where: { names[$0].isEmpty || names[..<$0].contains(names[$0]) }) {
      let problem = names[wrong].isEmpty ? "a name is empty" : "'\(names[wrong])' occurs twice"
      throw anyReader.error(
        .conflict("\(problem). Name each class once, in the order of the labels."), at: "class_names")
    }
    return (source, scale, try SampleSettings.Subset(anyReader), names.isEmpty ? nil : names)
  }

  private static func checkpoints(
    _ node: ConfigurationNode?, name: String, metrics: [String], training: TrainingConfiguration
  ) throws -> CheckpointPolicy {
    let reader = try section(node, "checkpoints")
    var policy = CheckpointPolicy(directory: try reader.filePath("directory", default: defaultDirectory(name: name)))
    policy.fallbackDirectory = try reader.optionalFilePath("fallback_directory")
    policy.everyEpochs = try reader.integer("every_epochs", in: 1...Int.max, default: policy.everyEpochs)
    policy.keepLast = try reader.integer("keep_last", in: 1...Int.max, default: policy.keepLast)
    if reader.node("every_steps") != nil { policy.everySteps = try reader.integer("every_steps", in: 1...Int.max) }
    if reader.node("every_minutes") != nil {
      // Ten years, so that clock arithmetic cannot overflow.
      policy.everyMinutes = try reader.number("every_minutes", where: .positiveUpTo(5_256_000))
    } else if node?["every_minutes"] != nil {
      policy.everyMinutes = nil
    }
    if reader.node("keep_best") != nil {
      policy.keepBest = try reader.name("keep_best", kind: "metric", among: metrics)
    } else {
      policy.keepBest = node?["keep_best"] == nil ? training.defaultBestMetric : nil
    }
    return policy
  }

  /// An optional section.
  static func section(_ node: ConfigurationNode?, _ name: String) throws -> ConfigurationReader {
    let keys = keys(of: name)
    guard let node else { return ConfigurationReader(emptyAt: name, keys: keys) }
    return try ConfigurationReader(node, path: name, keys: keys)
  }
}

/// `compile:` optimizer, loss and metrics.
private struct CompileSection {
  let optimizer: any Optimizer
  let loss: any Loss
  let metrics: [any Metric]
  let schedule: LearningRateSchedule?
  /// The lines of the optimizer's options by key.
  private let optimizerLines: [String: Int]

  init(_ node: ConfigurationNode?) throws {
    let reader = try RunConfiguration.section(node, "compile")
    schedule = try reader.node("learning_rate_schedule").map {
      try LearningRateSchedule(configuration: $0, path: reader.path(of: "learning_rate_schedule"))
    }
    optimizer = try Self.optimizer(reader)
    let lines = [UpdateOptions.multipliersKey, UpdateOptions.exclusionKey].compactMap { key in
      (reader.node("optimizer")?[key]?.line).map { (key, $0) }
    }
    optimizerLines = Dictionary(uniqueKeysWithValues: lines)
    loss = try Self.loss(reader)
    let standard = TrainingConfiguration.defaultMetrics(loss).map { type(of: $0).name }
    metrics = try Self.metrics(reader, standard: standard)
    let names = metrics.map { type(of: $0).name }
    guard Set(names).count == names.count else {
      throw reader.error(.conflict("duplicate metric: \(names.joined(separator: ", "))."), at: "metrics")
    }
  }

  /// A list of names, or of mappings with a name and options.
  private static func metrics(_ reader: ConfigurationReader, standard: [String]) throws -> [any Metric] {
    let path = reader.path(of: "metrics")
    let node = reader.node("metrics") ?? ConfigurationNode(strings: standard)
    guard case .sequence(let elements) = node.value else {
      throw Catalog.metrics.unexpected(node, "a list of metrics", path: path)
    }
    return try elements.map { element in
      let (type, options) = try named(element, in: .metrics, default: Accuracy.name, path: path)
      return try type.init(options: ConfigurationReader(options, path: path, keys: ["name"] + type.optionKeys))
    }
  }

  private static func optimizer(_ reader: ConfigurationReader) throws -> any Optimizer {
    guard let node = reader.node("optimizer") else { return Adam() }
    let path = reader.path(of: "optimizer")
    let (type, options) = try named(node, in: .optimizers, default: Adam.name, path: path)
    return try type.init(options: ConfigurationReader(options, path: path, keys: ["name"] + type.allOptionKeys))
  }

  /// Checks the names of layers in the options of the optimizer. Those of variables are checked once there are any.
  ///
  /// - Throws: `ConfigurationError` for a learning rate multiplier of no layer, or an exclusion of weight decay.
  func checkLayerNames(_ model: Model) throws {
    let names = model.layerNames
    func check(_ patterns: [NamePattern], _ key: String) throws {
      for pattern in patterns where !names.contains(where: pattern.beforeSlash.matches) {
        throw ConfigurationError(
          .unmatched(pattern, part: pattern.beforeSlash, kind: "layer", names: names),
          path: "compile.optimizer.\(key)", line: optimizerLines[key])
      }
    }
    let options = optimizer.updateOptions
    try check(options.learningRateMultipliers.map(\.pattern), UpdateOptions.multipliersKey)
    try check(options.excludedFromWeightDecay.filter(\.isOfPaths), UpdateOptions.exclusionKey)
  }

  private static func loss(_ reader: ConfigurationReader) throws -> any Loss {
    guard let node = reader.node("loss") else { return CategoricalCrossentropy() }
    let path = reader.path(of: "loss")
    let (type, options) = try named(node, in: .losses, default: CategoricalCrossentropy.name, path: path)
    return try type.init(options: ConfigurationReader(options, path: path, keys: ["name"] + type.optionKeys))
  }

  /// Resolves a name, or a mapping with options and a name (`standard` if it has none).
  private static func named<Entry>(
    _ node: ConfigurationNode, in catalog: Catalog<Entry>, default standard: String, path: String
  ) throws -> (entry: Entry, options: ConfigurationNode) {
    var (nameNode, options) = (node, ConfigurationNode(mapping: [], line: node.line))
    if case .mapping(let entries) = node.value {
      nameNode = node["name"] ?? ConfigurationNode(.string(standard), line: node.line)
      options = ConfigurationNode(mapping: entries.filter { $0.key != "name" }, line: node.line)
    }
    return (try catalog.entry(named: nameNode, path: path), options)
  }
}

/// `fit:` the settings of training.
private struct FitSection {
  let epochs: Int
  let batchSize: Int
  let shards: Int
  let shuffle: Bool
  let seed: UInt64
  let samples: SampleSettings
  let onNonfinite: NonfinitePolicy
  let batchAugmentation: BatchAugmentation?
  let stepsPerEpoch: Int?
  let validationFrequency: Int
  /// The names of layers to freeze.
  let freeze: [NamePattern]

  init(_ node: ConfigurationNode?) throws {
    let reader = try RunConfiguration.section(node, "fit")
    // The random streams support up to 2^24 epochs.
    epochs = try reader.integer("epochs", in: 1...(1 << 24 - 1), default: 10)
    batchSize = try reader.integer("batch_size", in: 1...1_000_000, default: 200)
    shards = try reader.integer("shards", in: 1...1024, default: min(8, batchSize))
    shuffle = try reader.bool("shuffle", default: true)
    seed = UInt64(try reader.integer("seed", in: 0...Int.max, default: 1))
    samples = try SampleSettings(fit: reader)
    batchAugmentation = try reader.node("batch_augmentation").map {
      try BatchAugmentation(configuration: $0, path: reader.path(of: "batch_augmentation"))
    }
    stepsPerEpoch =
      reader.node("steps_per_epoch") == nil ? nil : try reader.integer("steps_per_epoch", in: 1...1_000_000_000)
    validationFrequency = try reader.integer("validation_freq", in: 1...Int.max, default: 1)
    freeze = try reader.strings("freeze", default: []).map { NamePattern($0) }
    let policies = NonfinitePolicy.allCases.map(\.rawValue)
    let policy = try reader.name("on_nonfinite", kind: "policy", among: policies, default: "stop")
    onNonfinite = NonfinitePolicy(rawValue: policy) ?? .stop
    guard shards <= batchSize else {
      throw reader.error(
        .conflict("\(batchSize) samples cannot be split into \(shards) shards. Use at most \(batchSize)."),
        at: "shards")
    }
  }
}
