import Configuration
import Datasets

extension SampleSettings {
  /// - Parameter reader: of the section `fit`.
  /// - Throws: `ConfigurationError` with the key and the value received.
  init(fit reader: ConfigurationReader) throws {
    self.init(
      validationSplit: reader.node("validation_split") == nil
        ? nil : try reader.number("validation_split", where: .properFraction),
      stratifies: reader.node("stratify") == nil ? nil : try reader.bool("stratify", default: false),
      oversamples: try reader.bool("oversample", default: false), classWeight: try ClassWeight(reader))
    guard stratifies != true || validationSplit != nil else {
      throw reader.error(
        .conflict("there is no validation split to stratify: set validation_split too."), at: "stratify")
    }
  }

  /// The options of the section `fit` that differ from the defaults.
  var fitOptions: [ConfigurationEntry] {
    var entries: [ConfigurationEntry] = []
    if let validationSplit {
      entries.append(ConfigurationEntry("validation_split", ConfigurationNode(.number(validationSplit))))
    }
    if let stratifies { entries.append(ConfigurationEntry("stratify", ConfigurationNode(.bool(stratifies)))) }
    if oversamples { entries.append(ConfigurationEntry("oversample", ConfigurationNode(.bool(true)))) }
    if let classWeight { entries.append(ConfigurationEntry("class_weight", classWeight.configuration)) }
    return entries
  }
}

extension SampleSettings.Subset {
  /// - Parameter reader: of the section `data`.
  /// - Throws: `ConfigurationError` with the value received.
  init?(_ reader: ConfigurationReader) throws {
    switch reader.node("subset")?.value {
    case nil: return nil
    case .number: self = .fraction(try reader.number("subset", where: .properFraction))
    default: self = .count(try reader.integer("subset", in: 1...Int.max))
    }
  }

  var configuration: ConfigurationNode {
    switch self {
    case .count(let count): ConfigurationNode(.integer(count))
    case .fraction(let fraction): ConfigurationNode(.number(fraction))
    }
  }
}

extension SampleSettings.ClassWeight {
  private static let key = "class_weight"
  private static let balancedName = "balanced"

  /// `balanced`, or a mapping from class names or labels to weights.
  init?(_ reader: ConfigurationReader) throws {
    guard let node = reader.node(Self.key) else { return nil }
    switch node.value {
    case .string(Self.balancedName): self = .balanced
    case .mapping(let entries):
      let weights = try ConfigurationReader(node, path: reader.path(of: Self.key), keys: entries.map(\.key))
      self = .values(
        try Dictionary(
          uniqueKeysWithValues: entries.map { ($0.key, try weights.number($0.key, where: .zeroOrMore)) }))
    default:
      throw reader.error(
        .unexpected(
          expected: "'\(Self.balancedName)', or a weight by class ({cat: 2, dog: 1})", received: node.received),
        at: Self.key)
    }
  }

  var configuration: ConfigurationNode {
    switch self {
    case .balanced: ConfigurationNode(.string(Self.balancedName))
    case .values(let values):
      ConfigurationNode(
        mapping: values.sorted { $0.key < $1.key }.map {
          ConfigurationEntry($0.key, ConfigurationNode(.number($0.value)))
        })
    }
  }
}
