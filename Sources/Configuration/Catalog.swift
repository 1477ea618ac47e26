import Synchronization

/// A catalog of the types of one kind that configurations and files can name: all layers, all losses.
///
/// There is one per kind, such as `Catalog.layers`. A program registers its own types before it reads a configuration
/// or file that names them:
///
///     Catalog.layers.register(PReLU.self)
public final class Catalog<Entry: Sendable>: Sendable {
  /// The word for an entry in messages: `layer`.
  public let kind: String
  private let entryNames: @Sendable (Entry) -> [String]
  private let builtIn: [Entry]
  private let registered = Mutex<[Entry]>([])

  /// - Parameters:
  ///   - names: the names of an entry; the first one is written to files.
  ///   - entries: the entries of the package.
  package init(kind: String, names: @escaping @Sendable (Entry) -> [String], _ entries: [Entry]) {
    self.kind = kind
    entryNames = names
    builtIn = entries
  }

  /// Every entry, those of the package first.
  public var all: [Entry] { builtIn + registered.withLock { $0 } }

  /// The name of every entry.
  public var names: [String] { all.map { entryNames($0)[0] } }

  /// Registers a type; a type that is already registered is ignored.
  ///
  /// - Precondition: no other type has one of its names.
  public func register(_ entry: Entry) {
    registered.withLock { registered in
      for name in entryNames(entry) {
        guard let holder = (builtIn + registered).first(where: { entryNames($0).contains(name) }) else { continue }
        if Self.isSame(holder, entry) { return }
        preconditionFailure("\(kind) '\(name)' is already \(holder) and cannot be \(entry) too: choose another name")
      }
      registered.append(entry)
    }
  }

  private static func isSame(_ one: Entry, _ other: Entry) -> Bool {
    guard let one = one as? Any.Type, let other = other as? Any.Type else { return false }
    return one == other
  }

  /// The entry with a name; nil if there is none.
  public func find(_ name: String) -> Entry? { all.first { entryNames($0).contains(name) } }

  /// Whether a name belongs to an entry that a program registered.
  package func isRegistered(_ name: String) -> Bool {
    registered.withLock { $0.contains { entryNames($0).contains(name) } }
  }

  /// The entry with the name in a configuration.
  ///
  /// - Parameters:
  ///   - path: the keys that lead to the name.
  ///   - line: the line of the name.
  /// - Throws: `ConfigurationError` for an unknown name.
  package func entry(named name: String, path: String, line: Int?) throws -> Entry {
    guard let entry = find(name) else { throw unknown(name, path: path, line: line) }
    return entry
  }

  /// The entry that a node names.
  ///
  /// - Parameter path: the keys that lead to the node.
  /// - Throws: `ConfigurationError` with all names if it is no string, or an unknown name.
  package func entry(named node: ConfigurationNode, path: String) throws -> Entry {
    guard case .string(let name) = node.value else {
      throw unexpected(node, "\(kind.withIndefiniteArticle)'s name", path: path)
    }
    return try entry(named: name, path: path, line: node.line)
  }

  /// The error of a node of another kind than expected, with the names of all entries.
  ///
  /// - Parameter expected: what the node should be, before the names.
  package func unexpected(_ node: ConfigurationNode, _ expected: String, path: String) -> ConfigurationError {
    ConfigurationError(
      .unexpected(expected: "\(expected) (\(names.joined(separator: ", ")))", received: node.received), path: path,
      line: node.line)
  }

  package func unknown(_ name: String, path: String, line: Int?) -> ConfigurationError {
    ConfigurationError(.unknownName(kind: kind, name: name, known: names), path: path, line: line)
  }
}
