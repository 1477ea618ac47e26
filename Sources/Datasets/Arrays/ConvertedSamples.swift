import Configuration

/// Where inputs are kept that must be decoded or converted.
public enum ConvertedSamples: String, Sendable, CaseIterable {
  /// In memory.
  case memory
  /// In a file of the cache directory, which is mapped: for data larger than memory.
  case disk

  /// The key in YAML.
  static let key = "cache"

  /// Reads the option.
  ///
  /// - Throws: `ConfigurationError` for another value.
  init(_ options: ConfigurationReader) throws {
    let name = try options.name(
      Self.key, kind: "cache", among: Self.allCases.map(\.rawValue), default: Self.memory.rawValue)
    self = Self(rawValue: name) ?? .memory
  }

  /// The option for YAML; nil for the default.
  var option: ConfigurationEntry? {
    self == .memory ? nil : ConfigurationEntry(Self.key, ConfigurationNode(.string(rawValue)))
  }
}
