import Configuration

extension Model {
  /// Freezes the layers whose names match one of some patterns.
  ///
  /// - Parameters:
  ///   - path: the patterns' key, for messages.
  ///   - line: the line of the key.
  /// - Throws: `ConfigurationError` for a pattern that matches no layer.
  package mutating func freeze(_ patterns: [NamePattern], path: String, line: Int? = nil) throws {
    let names = layerNames
    for pattern in patterns {
      let matching = names.indices.filter { pattern.matches(names[$0]) }
      guard !matching.isEmpty else {
        throw ConfigurationError(.unmatched(pattern, kind: "layer", names: names), path: path, line: line)
      }
      setTrainable(false, layers: matching)
    }
  }
}
