import Configuration

/// Options of Keras layers and optimizers that can be ignored at the listed values. All other options and values are
/// refused: an option that changes the result is never ignored. Options used only in training are left out if nothing
/// is trained.
enum KerasIgnorableOptions {
  fileprivate struct Rule: Sendable {
    /// The accepted values, for messages.
    let accepted: String
    /// Whether it is used only in training, so that other values do not change the model's outputs.
    var isOfTraining = false
    let accepts: @Sendable (ConfigurationNode) -> Bool

    /// Any value: the option never changes the result.
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
    // Read elsewhere for the input shape.
    "batch_input_shape": .anything, "batch_shape": .anything, "input_shape": .anything, "input_dim": .anything,
    "data_format": .channelsLast, "dilation_rate": .one, "groups": .one,
    // Weights come from the file: their initializers do not matter.
    "kernel_initializer": .anything, "bias_initializer": .anything, "gamma_initializer": .anything,
    "depthwise_initializer": .anything, "pointwise_initializer": .anything,
    "beta_initializer": .anything, "moving_mean_initializer": .anything, "moving_variance_initializer": .anything,
    "kernel_regularizer": .nullInTraining, "bias_regularizer": .nullInTraining,
    "activity_regularizer": .nullInTraining, "kernel_constraint": .nullInTraining, "bias_constraint": .nullInTraining,
    "depthwise_regularizer": .nullInTraining, "pointwise_regularizer": .nullInTraining,
    "depthwise_constraint": .nullInTraining, "pointwise_constraint": .nullInTraining,
    "gamma_regularizer": .nullInTraining, "beta_regularizer": .nullInTraining, "gamma_constraint": .nullInTraining,
    "beta_constraint": .nullInTraining,
    // Batch normalization: on a single device the statistics are those of the whole batch.
    "synchronized": .anything, "fused": .anything, "virtual_batch_size": .nullInTraining, "adjustment": .null,
    "renorm": .offInTraining, "renorm_clipping": .anything, "renorm_momentum": .anything,
    // Dropout and noise: another seed is another sample of the same distribution.
    "seed": .anything, "noise_shape": .nullInTraining,
    // Of Resizing: smoothing, and padding to the aspect ratio with its values.
    "antialias": .off, "pad_to_aspect_ratio": .off, "fill_mode": .anything, "fill_value": .anything,
    // Of augmentation: how boxes would be written that come with images.
    "bounding_box_format": .anything,
    "quantization_config": .null, "lora_rank": .null, "lora_alpha": .null,
    "axis": .last,
    // PReLU and layer normalization.
    "alpha_initializer": .anything, "alpha_regularizer": .nullInTraining, "alpha_constraint": .nullInTraining,
    "rms_scaling": .off,
    // The input layer.
    "sparse": .off, "ragged": .off, "optional": .off,
  ]

  private static let optimizers: [String: Rule] = [
    "name": .anything, "jit_compile": .anything, "is_legacy_optimizer": .anything,
    "weight_decay": .zero, "decay": .zero, "amsgrad": .off,
    "clipnorm": .null, "clipvalue": .null, "global_clipnorm": .null,
  ]

  private static let schedules: [String: Rule] = [
    // Read elsewhere: it becomes the optimizer's learning rate.
    "name": .anything, "initial_learning_rate": .anything, "warmup_target": .null, "warmup_steps": .zero,
  ]

  private static let losses: [String: Rule] = [
    "name": .anything, "dtype": .float32, "label_smoothing": .zero, "ignore_class": .null,
    "axis": .last, "fn": .anything,
    "reduction": Rule(accepted: "sum_over_batch_size") { [.null, "auto", "sum_over_batch_size"].contains($0) },
  ]

  private static let metrics: [String: Rule] = [
    "name": .anything, "dtype": .float32, "fn": .anything, "axis": .last,
    "sample_weight": .null, "class_id": .null, "top_k": .null, "multi_label": .off, "num_labels": .null,
    "label_weights": .null, "ignore_class": .null, "reduction": .anything, "sparse_y_true": .off,
  ]

  /// The owner of the options.
  enum Owner {
    case layer
    case optimizer
    case loss
    case metric
    case schedule

    fileprivate var rules: [String: Rule] {
      switch self {
      case .layer: layers
      case .optimizer: optimizers
      case .loss: losses
      case .metric: metrics
      case .schedule: schedules
      }
    }
  }

  /// Extracts the options in `keys` from a configuration, after checking that all others can be ignored or left out.
  ///
  /// - Parameter place: the owner's name in messages.
  /// - Throws: `ModelFileError.Problem.unsupportedOption`.
  static func options(
    of configuration: ConfigurationNode, keys: [String], owner: Owner, place: String, omissions: inout KerasOmissions,
    file: String
  ) throws -> ConfigurationNode {
    try options(of: configuration, keys: keys, owner: owner, place: place, file: file) { key, problem in
      try omissions.omitOption(key, of: place, otherwise: problem)
    }
  }

  /// Likewise, without leaving anything out.
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
      throw ModelFileError(file: file, .malformed(reason: "the configuration of \(place) is not a mapping"))
    }
    for entry in entries where !keys.contains(entry.key) {
      let rule = owner.rules[entry.key]
      if rule?.accepts(entry.node) ?? false { continue }
      let isOfTraining = rule?.isOfTraining ?? false
      let problem = ModelFileError.Problem.unsupportedOption(
        place: place, option: entry.key, received: entry.node.json, accepted: rule?.accepted ?? "it is not supported",
        advice: isOfTraining || owner == .optimizer ? ModelFileError.Problem.weightsCanBeImported : "")
      guard isOfTraining else { throw ModelFileError(file: file, problem) }
      try omit(entry.key, problem)
    }
    return ConfigurationNode(mapping: entries.filter { keys.contains($0.key) })
  }

  /// - Throws: `ModelFileError.Problem.unsupportedOption` if a layer that is left out would change the data type.
  static func checkType(of configuration: ConfigurationNode, place: String, file: String) throws {
    guard let type = configuration["dtype"], !isFloat32(type) else { return }
    throw ModelFileError(
      file: file,
      .unsupportedOption(place: place, option: "dtype", received: type.json, accepted: Rule.float32.accepted))
  }

  /// `"float32"`, or a dtype policy object of Keras 2 or 3 with that name.
  private static func isFloat32(_ node: ConfigurationNode) -> Bool {
    let name = node["config"]?["name"] ?? node
    return name == "float32" || name == .null
  }
}
