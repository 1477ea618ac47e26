import Configuration

/// A factor of the learning rate of some variables: those of layers whose name matches a pattern, or, if the pattern has a
/// '/', those whose path (`dense/kernel`) matches it.
public struct LearningRateMultiplier: Sendable, Equatable {
  /// The names of layers, or the paths of variables.
  public var pattern: NamePattern
  /// The factor, 0 or more.
  public var factor: Float

  /// Creates a multiplier.
  public init(_ pattern: NamePattern, _ factor: Float) {
    precondition(factor.isFinite && factor >= 0, "a learning rate multiplier is 0 or more, got \(factor)")
    self.pattern = pattern
    self.factor = factor
  }

  /// Whether it applies to a variable.
  public func applies(to variable: Variable) -> Bool {
    pattern.matches(pattern.isOfPaths ? variable.path : variable.layerName)
  }
}

extension UpdateOptions {
  /// The factor of the learning rate of a variable: that of the first multiplier that applies, else 1.
  public func learningRateMultiplier(of variable: Variable) -> Float {
    learningRateMultipliers.first { $0.applies(to: variable) }?.factor ?? 1
  }

  static func multipliers(_ options: ConfigurationReader) throws -> [LearningRateMultiplier] {
    guard let node = options.node(multipliersKey) else { return [] }
    guard case .mapping(let entries) = node.value else {
      throw options.error(
        .unexpected(expected: "a factor for each pattern of names ({\"head*\": 10})", received: node.received),
        at: multipliersKey)
    }
    let reader = try ConfigurationReader(node, path: options.path(of: multipliersKey), keys: entries.map(\.key))
    return try entries.map {
      LearningRateMultiplier(NamePattern($0.key), Float(try reader.number($0.key, where: .zeroOrMore)))
    }
  }

  var multiplierEntries: [ConfigurationEntry] {
    guard !learningRateMultipliers.isEmpty else { return [] }
    let factors = learningRateMultipliers.map {
      ConfigurationEntry(
        $0.pattern.description, ConfigurationNode(.number(Double("\($0.factor)") ?? Double($0.factor))))
    }
    return [ConfigurationEntry(Self.multipliersKey, ConfigurationNode(mapping: factors))]
  }
}
