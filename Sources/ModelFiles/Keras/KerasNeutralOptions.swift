import Configuration

/// Options of Keras' layers and optimizers that mean the same wherever they occur, with the values that stand for what is
/// computed here. Everything else is refused: an option that changes the result is never passed over. What only training
/// uses is left out where nothing is trained with it.
enum KerasNeutralOptions {
  fileprivate struct Rule: Sendable {
    /// In words, for messages.
    let accepted: String
    /// Whether only training uses it: any other value changes nothing in what the model computes.
    var isOfTraining = false
    let accepts: @Sendable (ConfigurationNode) -> Bool

    /// Anything: the option changes no result.
    static let anything = Rule(accepted: "anything") { _ in true }
    static let null = Rule(accepted: "null") { $0 == .null }
    static let nullInTraining = Rule(accepted: "null", isOfTraining: true) { $0 == .null }
    static let onOrOff = Rule(accepted: "true or false") { [.null, true, false].contains($0) }
    static let off = Rule(accepted: "false") { $0 == false || $0 == .null }
    static let float32 = Rule(accepted: "float32", accepts: isFloat32)
    static let offInTraining = Rule(accepted: "false", isOfTraining: true) { $0 == false || $0 == .null }
    static let one = Rule(accepted: "1") { node in
      [.null, 1, [1], [1, 1]].contains(node)
    }
    static let zero = Rule(accepted: "0") { [.null, 0, 0.0].contains($0) }
    static let last = Rule(accepted: "-1") { [.null, -1, [-1]].contains($0) }
    static let channelsLast = Rule(accepted: "channels_last") { [.null, "channels_last"].contains($0) }
  }

  private static let layers: [String: Rule] = [
    "name": .anything, "trainable": .onOrOff, "dtype": .float32,
    // Where the input's shape is looked for.
    "batch_input_shape": .anything, "batch_shape": .anything, "input_shape": .anything, "input_dim": .anything,
    "data_format": .channelsLast, "dilation_rate": .one, "groups": .one,
    // Weights come from the file: how they began changes nothing.
    "kernel_initializer": .anything, "bias_initializer": .anything, "gamma_initializer": .anything,
    "beta_initializer": .anything, "moving_mean_initializer": .anything, "moving_variance_initializer": .anything,
    "kernel_regularizer": .nullInTraining, "bias_regularizer": .nullInTraining,
    "activity_regularizer": .nullInTraining, "kernel_constraint": .nullInTraining, "bias_constraint": .nullInTraining,
    "gamma_regularizer": .nullInTraining, "beta_regularizer": .nullInTraining, "gamma_constraint": .nullInTraining,
    "beta_constraint": .nullInTraining,
    // Of batch normalization: on one device the statistics are those of the whole batch.
    "synchronized": .anything, "fused": .anything, "virtual_batch_size": .nullInTraining, "adjustment": .null,
    "renorm": .offInTraining, "renorm_clipping": .anything, "renorm_momentum": .anything,
    // Of dropout and noise: another seed is another draw of the same.
    "seed": .anything, "noise_shape": .nullInTraining,
    "quantization_config": .null, "lora_rank": .null, "lora_alpha": .null,
    // Of ReLU and Softmax.
    "max_value": .null, "negative_slope": .zero, "threshold": .zero, "axis": .last,
    // Of the input.
    "sparse": .off, "ragged": .off, "optional": .off,
  ]

  private static let optimizers: [String: Rule] = [
    "name": .anything, "jit_compile": .anything, "is_legacy_optimizer": .anything,
    "weight_decay": .zero, "decay": .zero, "amsgrad": .off,
    "clipnorm": .null, "clipvalue": .null, "global_clipnorm": .null,
    "use_ema": .off, "ema_momentum": .anything, "ema_overwrite_frequency": .anything,
    "loss_scale_factor": .null, "gradient_accumulation_steps": .null,
  ]

  private static let losses: [String: Rule] = [
    "name": .anything, "dtype": .float32, "label_smoothing": .zero, "ignore_class": .null,
    "axis": .last, "fn": .anything,
    "reduction": Rule(accepted: "sum_over_batch_size") { [.null, "auto", "sum_over_batch_size"].contains($0) },
  ]

  /// What the options belong to.
  enum Owner {
    case layer
    case optimizer
    case loss

    fileprivate var rules: [String: Rule] {
      switch self {
      case .layer: layers
      case .optimizer: optimizers
      case .loss: losses
      }
    }
  }

  /// Takes the options in `keys` out of a configuration, once all others have been found to be neutral or left out.
  ///
  /// - Parameter place: what messages call the owner.
  /// - Throws: `ModelFileError.Problem.unsupportedOption`.
  static func options(
    of configuration: ConfigurationNode, keys: [String], owner: Owner, place: String, omissions: inout KerasOmissions,
    file: String
  ) throws -> ConfigurationNode {
    try options(of: configuration, keys: keys, owner: owner, place: place, file: file) { key, problem in
      try omissions.omitOption(key, of: place, otherwise: problem)
    }
  }

  /// Likewise, where nothing is left out.
  ///
  /// - Throws: `ModelFileError.Problem.unsupportedOption`.
  static func options(
    of configuration: ConfigurationNode, keys: [String], owner: Owner, place: String, file: String
  ) throws -> ConfigurationNode {
    try options(of: configuration, keys: keys, owner: owner, place: place, file: file) { _, problem in
      throw ModelFileError(file: file, problem)
    }
  }

  private static func options(
    of configuration: ConfigurationNode, keys: [String], owner: Owner, place: String, file: String,
    omit: (_ key: String, _ otherwise: ModelFileError.Problem) throws -> Void
  ) throws -> ConfigurationNode {
    guard case .mapping(let entries) = configuration.value else {
      throw ModelFileError(file: file, .malformed(reason: "the configuration of \(place) is no mapping"))
    }
    for entry in entries where !keys.contains(entry.key) {
      let rule = owner.rules[entry.key]
      if rule?.accepts(entry.node) ?? false { continue }
      let isOfTraining = rule?.isOfTraining ?? false
      let problem = ModelFileError.Problem.unsupportedOption(
        place: place, option: entry.key, received: entry.node.json, accepted: rule?.accepted ?? "it is not known here",
        advice: isOfTraining || owner == .optimizer ? Self.freshOptimizer : "")
      guard isOfTraining else { throw ModelFileError(file: file, problem) }
      try omit(entry.key, problem)
    }
    return ConfigurationNode(mapping: entries.filter { keys.contains($0.key) })
  }

  /// What to do about what only training uses: an option of `import`, the only command that refuses it.
  static let freshOptimizer = "--fresh-optimizer takes the weights alone."

  /// - Throws: `ModelFileError.Problem.unsupportedOption` if a layer that is left out would change the type of numbers.
  static func checkType(of configuration: ConfigurationNode, place: String, file: String) throws {
    guard let type = configuration["dtype"], !isFloat32(type) else { return }
    throw ModelFileError(
      file: file,
      .unsupportedOption(place: place, option: "dtype", received: type.json, accepted: Rule.float32.accepted))
  }

  /// `"float32"`, or an object that has that name: a policy of Keras 2 or 3.
  private static func isFloat32(_ node: ConfigurationNode) -> Bool {
    let name = node["config"]?["name"] ?? node
    return name == "float32" || name == .null
  }
}
