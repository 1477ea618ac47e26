/// The text of a first configuration, with what was found in the data as comments.
struct FirstConfigurationText {
  let source: any DatasetSource
  let name: String
  let parts: [DatasetPart]
  let statistics: DatasetStatistics
  let task: LearningTask
  let network: FirstNetwork

  var yaml: String {
    get throws {
      [
        "# A first configuration, written by martlet init. Shapes, classes and numbers of samples are those of the data;",
        "# the rest is a start to improve on. A dry run shows what the run would do and need.",
        try Self.line("name", ConfigurationNode(.string(name))), "",
        facts.map { "# \(Self.comment($0))" }.joined(separator: "\n"),
        try data, "",
        "model:",
        network.lines.map { "  \($0)" }.joined(separator: "\n"), "",
        "compile:",
        compile.map { "  \($0)" }.joined(separator: "\n"), "",
        "fit:",
        fit.map { "  \($0)" }.joined(separator: "\n"), "",
        "# callbacks:",
        "#   - early_stopping: {monitor: val_loss, patience: 5, restore_best_weights: true}", "",
      ].joined(separator: "\n")
    }
  }

  private var train: Dataset { parts[0].data }

  // MARK: - Data

  private var data: String {
    get throws {
      let scale = network.scale.map { [ConfigurationEntry("scale", ConfigurationNode(.integer($0)))] } ?? []
      let entries = [ConfigurationEntry("dataset", ConfigurationNode(.string(type(of: source).name)))] + source.options
      return try Self.line("data", ConfigurationNode(mapping: entries + scale))
    }
  }

  private var facts: [String] {
    let counts = parts.map { "\($0.data.count) \($0.name == .train ? "training" : $0.name.rawValue)" }
    let values = statistics.values
    let numbers = [values.mean, values.deviation, values.minimum, values.maximum].map {
      "\(Float(FirstNetwork.rounded($0)))"
    }
    return [
      "\(counts.joined(separator: ", ")) samples; inputs: \(train.input).",
      "Mean \(numbers[0]), deviation \(numbers[1]), minimum \(numbers[2]), maximum \(numbers[3]).",
    ] + targetFacts
  }

  private var targetFacts: [String] {
    guard let classes = statistics.classes, case .classes = task,
      let least = classes.min(by: { $0.count < $1.count }), let most = classes.max(by: { $0.count < $1.count })
    else {
      return statistics.targets.prefix(4).enumerated().map { index, values in
        "Target \(index): mean \(Float(FirstNetwork.rounded(values.mean))), deviation "
          + "\(Float(FirstNetwork.rounded(values.deviation)))."
      }
    }
    func text(_ label: Int) -> String { train.className(label).map { "\(label), \($0)" } ?? "\(label)" }
    let limit = 20
    let names = train.classNames.map { names in
      ["Classes: \(names.prefix(limit).joined(separator: ", "))\(names.count > limit ? ", … (\(names.count))" : "")."]
    }
    return (names ?? []) + [
      "\(classes.count) classes with samples, from \(least.count) (label \(text(least.label))) to \(most.count) "
        + "(label \(text(most.label))) in training."
    ]
  }

  // MARK: - Training

  private var compile: [String] {
    let (loss, metric) =
      switch task {
      case .classes: ("categorical_crossentropy", "accuracy")
      case .binary: ("binary_crossentropy", "binary_accuracy")
      case .values: ("mean_squared_error", "mean_absolute_error")
      }
    return ["optimizer: {name: adam, learning_rate: 0.001}", "loss: \(loss)", "metrics: [\(metric)]"]
  }

  private var fit: [String] {
    let hasOther = parts.contains { $0.name != .train }
    let count = hasOther ? train.count : train.count * 4 / 5
    var batchSize = 8
    while batchSize < 128, batchSize * 40 <= count { batchSize *= 2 }
    let epochs = count >= 20_000 ? 10 : count >= 2_000 ? 30 : 60
    let split = ["# There is no test data: a part of the training data is held out.", "validation_split: 0.2"]
    let isStratified = if case .classes = task { true } else { false }
    let stratified = ["# As much of each class as there is in the whole.", "stratify: true"]
    return ["epochs: \(epochs)", "batch_size: \(max(1, min(batchSize, count)))"]
      + (hasOther ? [] : split + (isStratified ? stratified : [])) + ["seed: 1"]
  }

  // MARK: - Text

  private static func line(_ key: String, _ value: ConfigurationNode) throws -> String {
    let text = try YAMLDocument.text(ConfigurationNode(mapping: [ConfigurationEntry(key, value)]))
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// One line without what a reader of YAML could take for an alias.
  private static func comment(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control || $0 == "*" ? " " : $0 }))
  }
}
