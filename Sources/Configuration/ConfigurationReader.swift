/// Reads a mapping key by key, with types and ranges, and rejects unknown keys.
///
/// The known keys are stated once, at the start, so that a mistyped key is reported as unknown and not as missing.
public struct ConfigurationReader {
  /// The path of the mapping, such as `model[0].conv2d`.
  public let path: String
  /// The line of the mapping, from 1, if it was read from a document.
  public let line: Int?
  private let entries: [ConfigurationEntry]
  private let keys: [String]

  /// - Throws: `ConfigurationError` if `node` is not a mapping, or has an unknown or duplicate key.
  public init(_ node: ConfigurationNode, path: String, keys: [String]) throws {
    guard case .mapping(let entries) = node.value else {
      let expected = keys.isEmpty ? "no options" : "a mapping with the keys \(keys.joined(separator: ", "))"
      if case .string(let text) = node.value, ConfigurationError.Problem.missingSpace(in: text, known: keys) != nil {
        throw ConfigurationError(.unknownKey(key: text, known: keys), path: path, line: node.line)
      }
      throw ConfigurationError(
        .unexpected(expected: expected, received: node.received), path: path, line: node.line)
    }
    self.init(entries: entries, path: path, line: node.line, keys: keys)
    try checkKeys()
  }

  /// An empty mapping: all values have their defaults.
  public init(emptyAt path: String, line: Int? = nil, keys: [String]) {
    self.init(entries: [], path: path, line: line, keys: keys)
  }

  private init(entries: [ConfigurationEntry], path: String, line: Int?, keys: [String]) {
    self.entries = entries
    self.path = path
    self.line = line
    self.keys = keys
  }

  private func checkKeys() throws {
    var seen: Set<String> = []
    for entry in entries {
      guard keys.contains(entry.key) else {
        throw ConfigurationError(.unknownKey(key: entry.key, known: keys), path: path, line: entry.line)
      }
      guard seen.insert(entry.key).inserted else {
        throw ConfigurationError(.duplicateKey(key: entry.key), path: path, line: entry.line)
      }
    }
  }

  // MARK: - Places

  /// The value of `key`; nil if it is absent or null.
  public func node(_ key: String) -> ConfigurationNode? {
    precondition(keys.contains(key), "'\(key)' is not among the keys \(keys) of this reader")
    let node = entries.first { $0.key == key }?.node
    return node == .null ? nil : node
  }

  /// The value of `key`; throws `ConfigurationError` if it is absent or null.
  public func required(_ key: String) throws -> ConfigurationNode {
    guard let node = node(key) else { throw ConfigurationError(.missingKey(key: key), path: path, line: line) }
    return node
  }

  /// The path of `key`, such as `model[0].conv2d.filters`.
  public func path(of key: String) -> String {
    path.isEmpty ? key : "\(path).\(key)"
  }

  /// An error at the value of `key`.
  public func error(_ problem: ConfigurationError.Problem, at key: String) -> ConfigurationError {
    ConfigurationError(problem, path: path(of: key), line: node(key)?.line ?? line)
  }

  // MARK: - Values

  /// A Boolean; throws `ConfigurationError` for another type.
  public func bool(_ key: String, default fallback: Bool) throws -> Bool {
    guard let node = node(key) else { return fallback }
    guard case .bool(let value) = node.value else { throw unexpected(key, "true or false") }
    return value
  }

  /// An integer in a range; throws `ConfigurationError` for another value, or if the key is absent without a default.
  public func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) throws -> Int {
    if let fallback, node(key) == nil { return fallback }
    guard case .integer(let value) = try required(key).value, range.contains(value) else {
      throw unexpected(key, "an integer\(Self.wording(of: range))")
    }
    return value
  }

  /// A number that is used as a `Float`: the rounded value must be in the range.
  public func number(_ key: String, where accepted: NumberRange, default fallback: Double? = nil) throws -> Double {
    if let fallback, node(key) == nil { return fallback }
    let value: Double
    switch try required(key).value {
    case .integer(let integer): value = Double(integer)
    case .number(let number): value = number
    default: throw unexpected(key, "a number \(accepted)")
    }
    guard accepted.contains(Double(Float(value))) else {
      let isRounded = accepted.contains(value) ? " as a 32-bit number" : ""
      throw unexpected(key, "a number \(accepted)\(isRounded)")
    }
    return value
  }

  /// A list of numbers in a range, or one number.
  public func numbers(_ key: String, where accepted: NumberRange) throws -> [Double] {
    let node = try required(key)
    let elements: [ConfigurationNode]
    if case .sequence(let all) = node.value { elements = all } else { elements = [node] }
    let numbers = elements.flatMap { element -> [Double] in
      switch element.value {
      case .integer(let integer): [Double(integer)]
      case .number(let number): [number]
      // Keras' files nest the values of an axis.
      case .sequence(let inner):
        inner.compactMap { value in
          switch value.value {
          case .integer(let integer): Double(integer)
          case .number(let number): number
          default: Double?.none
          }
        }
      default: [Double.nan]
      }
    }
    guard !numbers.isEmpty, numbers.allSatisfy({ accepted.contains(Double(Float($0))) }) else {
      throw unexpected(key, "a number \(accepted), or a list of them")
    }
    return numbers
  }

  /// A nonempty string; throws `ConfigurationError` for another value, or if the key is absent without a default.
  public func string(_ key: String, default fallback: String? = nil) throws -> String {
    if let fallback, node(key) == nil { return fallback }
    guard case .string(let value) = try required(key).value else { throw unexpected(key, "a string") }
    guard !value.isEmpty else { throw unexpected(key, "a string that is not empty") }
    guard !value.utf8.contains(0) else { throw unexpected(key, "a string without a NUL character") }
    return value
  }

  /// A string; nil if the key is absent.
  public func optionalString(_ key: String) throws -> String? {
    node(key) == nil ? nil : try string(key)
  }

  /// The path of a file or directory, with `~/` at its start expanded to the home directory.
  public func filePath(_ key: String, default fallback: String? = nil) throws -> String {
    do {
      return try HomePath.expanded(try string(key, default: fallback))
    } catch let problem as HomePath.Problem {
      throw error(.conflict("\(problem)"), at: key)
    }
  }

  /// A path as from `filePath`; nil if the key is absent.
  public func optionalFilePath(_ key: String) throws -> String? { node(key) == nil ? nil : try filePath(key) }

  /// A list of strings.
  public func strings(_ key: String, default fallback: [String]) throws -> [String] {
    guard let node = node(key) else { return fallback }
    guard case .sequence(let elements) = node.value else { throw unexpected(key, "a list of names") }
    return try elements.map {
      guard case .string(let value) = $0.value else { throw unexpected(key, "a list of names") }
      return value
    }
  }

  /// One of the names in `known`.
  ///
  /// - Parameter kind: the word for it in messages.
  /// - Throws: `ConfigurationError` with all of them for another value, or if the key is absent without a default.
  public func name(_ key: String, kind: String, among known: [String], default fallback: String? = nil) throws -> String
  {
    let name: String
    if let fallback, node(key) == nil {
      name = fallback
    } else if case .string(let value) = try required(key).value, !value.isEmpty {
      name = value
    } else {
      throw unexpected(key, "one of \(known.joined(separator: ", "))")
    }
    guard known.contains(name) else { throw error(.unknownName(kind: kind, name: name, known: known), at: key) }
    return name
  }

  /// (height, width): a list of two integers, or one integer for both.
  public func heightWidth(_ key: String, in range: ClosedRange<Int>, default fallback: HeightWidth? = nil) throws
    -> HeightWidth
  {
    if let fallback, node(key) == nil { return fallback }
    let expected = "two integers [height, width], each\(Self.wording(of: range))"
    switch try required(key).value {
    case .integer(let size) where range.contains(size):
      return HeightWidth(size, size)
    case .sequence(let elements):
      let sizes = elements.compactMap { element -> Int? in
        guard case .integer(let size) = element.value, range.contains(size) else { return nil }
        return size
      }
      guard elements.count == 2, sizes.count == 2 else { throw unexpected(key, expected) }
      return HeightWidth(sizes[0], sizes[1])
    default:
      throw unexpected(key, expected)
    }
  }

  private func unexpected(_ key: String, _ expected: String) -> ConfigurationError {
    error(.unexpected(expected: expected, received: node(key)?.received ?? "nothing"), at: key)
  }

  private static func wording(of range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? " of \(range.lowerBound) or more" : " from \(range.lowerBound) to \(range.upperBound)"
  }
}
