import Configuration

/// An override of a configuration value: `fit.epochs=3`, `model.0.conv2d.filters=16`.
public struct ConfigurationOverride: Sendable {
  /// The path of the value, with list positions from 0: `model.0.conv2d.filters`.
  public let key: String
  /// The original text with its option: `--set fit.epochs=3`.
  public let option: String
  private let steps: [String]
  private let value: ConfigurationNode

  /// - Parameters:
  ///   - text: `KEY=VALUE`; the value is YAML. `model[0]`, as in messages, is accepted for `model.0`.
  ///   - name: the option named in messages.
  /// - Throws: `ConfigurationError`.
  public init(_ text: String, option name: String) throws {
    let option = "\(name) \(text)"
    func error(_ reason: String) -> ConfigurationError {
      ConfigurationError(.unreadable(reason: reason), path: "", option: option)
    }
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw error("expected KEY=VALUE, with a key of the configuration such as fit.epochs=3.")
    }
    let key = parts[0].replacing("[", with: ".").replacing("]", with: "")
    let steps = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard steps.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else {
      throw error("'\(parts[0])' is not a key. Keys are joined by dots: fit.epochs, model.0.conv2d.filters.")
    }
    guard !parts[1].allSatisfy(\.isWhitespace) else { throw error("the value is missing; use null for none.") }
    do {
      value = try YAMLDocument.parse(String(parts[1]))
    } catch var error as ConfigurationError {
      error.option = option
      throw error
    }
    self.key = String(key)
    self.option = option
    self.steps = steps
  }

  /// The document with the override applied.
  ///
  /// - Parameter line: the line number of the nodes that the override adds.
  /// - Throws: `ConfigurationError` if the path is invalid.
  fileprivate func applied(to document: ConfigurationNode, line: Int) throws -> ConfigurationNode {
    try replaced(document, steps[...], path: "", line: line, isListed: false)
  }

  /// - Parameter isListed: whether the value is a list element, a name with options.
  private func replaced(
    _ node: ConfigurationNode, _ steps: ArraySlice<String>, path: String, line: Int, isListed: Bool
  ) throws -> ConfigurationNode {
    guard let step = steps.first else { return value.at(line: line) }
    let rest = steps.dropFirst()
    func entry(_ old: ConfigurationNode) throws -> ConfigurationNode {
      try replaced(old, rest, path: path.isEmpty ? step : "\(path).\(step)", line: line, isListed: false)
    }
    func unknown(_ known: [String]) -> ConfigurationError {
      ConfigurationError(.unknownKey(key: step, known: known), path: path, line: line)
    }
    switch node.value {
    case .null:
      return ConfigurationNode(mapping: [ConfigurationEntry(step, try entry(.null), line: line)], line: line)
    case .mapping(var entries):
      if let index = entries.firstIndex(where: { $0.key == step }) {
        entries[index].node = try entry(entries[index].node)
        if rest.isEmpty { entries[index].line = line }
      } else {
        guard !isListed else { throw unknown(entries.map(\.key)) }
        entries.append(ConfigurationEntry(step, try entry(.null), line: line))
      }
      return ConfigurationNode(mapping: entries, line: node.line)
    case .sequence(var elements):
      guard let index = Int(step), elements.indices.contains(index) else {
        let reason = "'\(step)' is not a position in a list of \(elements.count): positions start at 0."
        throw ConfigurationError(.conflict(reason), path: path, line: line)
      }
      elements[index] = try replaced(
        elements[index], rest, path: "\(path)[\(index)]", line: line, isListed: true)
      return ConfigurationNode(.sequence(elements), line: node.line)
    case .string(let name) where isListed:
      guard step == name else { throw unknown([name]) }
      return ConfigurationNode(mapping: [ConfigurationEntry(name, try entry(.null), line: line)], line: node.line)
    case .string:
      // A name that may have options: `optimizer: adam`.
      let named = ConfigurationEntry("name", node, line: node.line)
      guard step != "name" else {
        return ConfigurationNode(mapping: [ConfigurationEntry(step, try entry(node), line: line)], line: line)
      }
      return ConfigurationNode(
        mapping: [named, ConfigurationEntry(step, try entry(.null), line: line)], line: node.line)
    case .bool, .integer, .number:
      throw ConfigurationError(
        .conflict("it is \(node.received) here, and has no key '\(step)'."), path: path, line: line)
    }
  }
}

extension [ConfigurationOverride] {
  /// The document with all overrides applied in order.
  func applied(to document: ConfigurationNode) throws -> ConfigurationNode {
    try enumerated().reduce(document) { try $1.element.applied(to: $0, line: -($1.offset + 1)) }
  }

  /// An error with its origin: a line of the file, or the override with the value.
  func located(_ error: ConfigurationError, file: String) -> ConfigurationError {
    var error = error
    guard let line = error.line, line < 0 else {
      error.file = file
      return error
    }
    error.line = nil
    error.option = self[-line - 1].option
    // The section of a key is easily forgotten.
    if case .unknownKey(let key, _) = error.problem, error.path.isEmpty,
      let section = RunConfiguration.sectionKeys.first(where: { $0.value.contains(key) })?.key
    {
      error.problem = .conflict("unknown key '\(key)'. Did you mean '\(section).\(key)'?")
    }
    return error
  }
}
