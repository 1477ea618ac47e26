import Synchronization

/// The types of one kind that configurations and files can name: all layers, all losses.
///
/// Each kind has one, such as `Catalog.layers`. A program registers a type of its own before it reads a configuration or a
/// file that names it:
///
///     Catalog.layers.register(PReLU.self)
public final class Catalog<Entry: Sendable>: Sendable {
  /// What messages call an entry: `layer`.
  public let kind: String
  private let entryNames: @Sendable (Entry) -> [String]
  private let builtIn: [Entry]
  private let registered = Mutex<[Entry]>([])

  /// - Parameters:
  ///   - names: those of an entry, the one that is written first.
  ///   - entries: what the package brings.
  package init(kind: String, names: @escaping @Sendable (Entry) -> [String], _ entries: [Entry]) {
    self.kind = kind
    entryNames = names
    builtIn = entries
  }

  /// Every entry, those of the package first.
  public var all: [Entry] { builtIn + registered.withLock { $0 } }

  /// The name of every entry.
  public var names: [String] { all.map { entryNames($0)[0] } }

  /// Adds a type; one that is here already stays once.
  ///
  /// - Precondition: no other type has one of its names.
  public func register(_ entry: Entry) {
    registered.withLock { registered in
      for name in entryNames(entry) {
        guard let holder = (builtIn + registered).first(where: { entryNames($0).contains(name) }) else { continue }
        if Self.isSame(holder, entry) { return }
        preconditionFailure("\(kind) '\(name)' is \(holder) already, and cannot be \(entry), too: choose another name")
      }
      registered.append(entry)
    }
  }

  private static func isSame(_ one: Entry, _ other: Entry) -> Bool {
    guard let one = one as? Any.Type, let other = other as? Any.Type else { return false }
    return one == other
  }

  /// The entry that has a name; nil if there is none.
  public func find(_ name: String) -> Entry? { all.first { entryNames($0).contains(name) } }

  /// Whether a name is that of an entry that a program registered.
  package func isRegistered(_ name: String) -> Bool {
    registered.withLock { $0.contains { entryNames($0).contains(name) } }
  }

  /// The entry that a configuration names.
  ///
  /// - Parameters:
  ///   - path: the keys that lead to the name.
  ///   - line: that of the name.
  /// - Throws: `ConfigurationError` if there is none.
  package func entry(named name: String, path: String, line: Int?) throws -> Entry {
    guard let entry = find(name) else { throw unknown(name, path: path, line: line) }
    return entry
  }

  package func unknown(_ name: String, path: String, line: Int?) -> ConfigurationError {
    ConfigurationError(.unknownName(kind: kind, name: name, known: names), path: path, line: line)
  }
}
