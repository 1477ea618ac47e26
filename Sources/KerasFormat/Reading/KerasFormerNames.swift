import Configuration

/// The current names of options of Keras 1 and of the optimizers of Keras 2.
///
/// Source: Keras 1.2.2, `keras/layers/convolutional.py`, `core.py`, `pooling.py`; Keras 2.2.4, `keras/optimizers.py`, and
/// `keras/legacy/interfaces.py`, which translates the same names.
enum KerasFormerNames {
  private static let names = [
    // Layers of Keras 1.
    "nb_filter": "filters", "subsample": "strides", "border_mode": "padding", "dim_ordering": "data_format",
    "output_dim": "units", "bias": "use_bias", "init": "kernel_initializer", "p": "rate",
    "W_regularizer": "kernel_regularizer", "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint", "b_constraint": "bias_constraint", "input_dtype": "dtype",
    // Optimizers up to Keras 2.2.
    "lr": "learning_rate",
  ]

  /// The configuration with current option names; unchanged if it already has them.
  static func renamed(_ configuration: ConfigurationNode) -> ConfigurationNode {
    guard case .mapping(let entries) = configuration.value else { return configuration }
    var renamed = entries.map { entry in
      guard let name = names[entry.key], configuration[name] == nil else { return entry }
      return ConfigurationEntry(name, name == "data_format" ? dataFormat(entry.node) : entry.node, line: entry.line)
    }
    // The kernel size as two options.
    if let rows = configuration["nb_row"], let columns = configuration["nb_col"] {
      renamed.removeAll { ["nb_row", "nb_col"].contains($0.key) }
      renamed.append(ConfigurationEntry("kernel_size", ConfigurationNode(.sequence([rows, columns]))))
    }
    return ConfigurationNode(mapping: renamed, line: configuration.line)
  }

  /// Likewise, with the names that only one class of layers had: `alpha` of LeakyReLU, up to Keras 2.
  static func renamed(_ configuration: ConfigurationNode, ofLayer className: String) -> ConfigurationNode {
    guard className == "LeakyReLU", case .mapping(let entries) = configuration.value else { return configuration }
    return ConfigurationNode(
      mapping: entries.map { entry in
        entry.key == "alpha" ? ConfigurationEntry("negative_slope", entry.node, line: entry.line) : entry
      }, line: configuration.line)
  }

  private static func dataFormat(_ ordering: ConfigurationNode) -> ConfigurationNode {
    switch ordering {
    case "tf": "channels_last"
    case "th": "channels_first"
    default: ordering
    }
  }
}
