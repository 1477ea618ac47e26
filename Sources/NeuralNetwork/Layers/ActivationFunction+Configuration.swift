import Configuration

extension ActivationFunction {
  /// The functions by name in configurations and Keras' files, with their defaults.
  private static let named: [(name: String, function: ActivationFunction)] = [
    ("linear", .linear), ("relu", .relu), ("sigmoid", .sigmoid), ("tanh", .tanh), ("softmax", .softmax),
    ("elu", .elu()), ("selu", .selu), ("gelu", .gelu()), ("gelu_approximate", .gelu(approximate: true)),
    ("silu", .silu), ("softplus", .softplus), ("softsign", .softsign), ("hard_sigmoid", .hardSigmoid),
    ("hard_silu", .hardSilu), ("mish", .mish), ("exponential", .exponential), ("relu6", .relu6),
    ("leaky_relu", .leakyRelu()), ("log_softmax", .logSoftmax),
  ]

  private static let aliases: [(name: String, function: ActivationFunction)] = [
    ("swish", .silu), ("hard_swish", .hardSilu),
  ]

  /// The names in configurations.
  public static let names = named.map(\.name)

  /// The function with a name and its defaults; nil if there is none.
  public init?(name: String) {
    guard let function = (Self.named + Self.aliases).first(where: { $0.name == name })?.function else { return nil }
    self = function
  }

  /// Reads a name, or a name with options: `{leaky_relu: {negative_slope: 0.1}}`.
  ///
  /// - Throws: `ConfigurationError` with the key and the value received.
  init(_ reader: ConfigurationReader, key: String) throws {
    let node = try reader.required(key)
    guard case .mapping(let entries) = node.value else {
      let name = try reader.name(key, kind: key, among: Self.names + Self.aliases.map(\.name))
      self = Self(name: name) ?? .linear
      return
    }
    let path = reader.path(of: key)
    guard entries.count == 1, let entry = entries.first else {
      throw reader.error(
        .unexpected(
          expected: "a name, or one name with its options (\(Self.names.joined(separator: ", ")))",
          received: node.received), at: key)
    }
    func options(_ keys: [String]) throws -> ConfigurationReader {
      try ConfigurationReader(entry.node, path: "\(path).\(entry.key)", keys: keys)
    }
    switch entry.key {
    case "gelu":
      self = .gelu(approximate: try options(["approximate"]).bool("approximate", default: false))
    case "elu": self = try ELU(options: options(ELU.optionKeys)).function
    case "leaky_relu":
      let options = try options(["negative_slope"])
      self = .leakyRelu(negativeSlope: try options.number("negative_slope", where: .zeroOrMore, default: 0.2))
    case "relu": self = try ReLU(options: options(ReLU.optionKeys)).function
    default:
      guard Self(name: entry.key) != nil else {
        throw reader.error(.unknownName(kind: key, name: entry.key, known: Self.names), at: key)
      }
      throw reader.error(
        .conflict("'\(entry.key)' has no options; gelu, elu, leaky_relu and relu have some."), at: key)
    }
  }

  /// The name, or a mapping of the name to its options.
  package var configuration: ConfigurationNode {
    func text(_ text: String) -> ConfigurationNode { ConfigurationNode(.string(text)) }
    if let named = Self.named.first(where: { $0.function == self }) { return text(named.name) }
    let (name, options): (String, [ConfigurationEntry]) =
      switch self {
      case .elu(let alpha): ("elu", ELU(alpha: alpha).options)
      case .leakyRelu(let slope):
        ("leaky_relu", [ConfigurationEntry("negative_slope", ConfigurationNode(.number(slope)))])
      case .generalRelu(let maxValue, let slope, let threshold):
        ("relu", ReLU(maxValue: maxValue, negativeSlope: slope, threshold: threshold).options)
      default: preconditionFailure("\(self) has no name")
      }
    return ConfigurationNode(mapping: [ConfigurationEntry(name, ConfigurationNode(mapping: options))])
  }
}

extension ConfigurationOption {
  /// An activation function: its name, or its name with options.
  public static func choice(
    _ key: String, _ property: Property<ActivationFunction>, isRequired: Bool = false
  ) -> ConfigurationOption {
    ConfigurationOption(key) { reader, owner in
      guard isRequired || reader.node(key) != nil else { return }
      owner[keyPath: property] = try ActivationFunction(reader, key: key)
    } write: {
      $0[keyPath: property].configuration
    }
  }
}
