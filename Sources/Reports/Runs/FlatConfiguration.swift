import Configuration
import RunConfiguration

/// The options of a run by their paths, as `--set` names them: `compile.optimizer.learning_rate`.
struct FlatConfiguration {
  /// In the order of the configuration.
  private(set) var entries: [(path: String, value: String)] = []
  private var values: [String: String] = [:]

  init(_ configuration: RunConfiguration) {
    add(configuration.document, path: "")
    values = Dictionary(entries) { first, _ in first }
  }

  subscript(path: String) -> String? { values[path] }

  private mutating func add(_ node: ConfigurationNode, path: String) {
    func key(_ part: String) -> String { path.isEmpty ? part : "\(path).\(part)" }
    switch node.value {
    case .mapping(let children) where !children.isEmpty:
      for child in children { add(child.node, path: key(child.key)) }
    case .sequence(let children) where children.contains(where: \.isCollection):
      for (index, child) in children.enumerated() { add(child, path: key("\(index)")) }
    case .string(let text): entries.append((path, text))
    default: entries.append((path, node.json))
    }
  }

  /// The paths whose values differ between some configurations, in their order.
  static func differences(_ configurations: [FlatConfiguration]) -> [String] {
    var (paths, seen) = ([String](), Set<String>())
    for entry in configurations.flatMap(\.entries) where seen.insert(entry.path).inserted { paths.append(entry.path) }
    return paths.filter { path in Set(configurations.map { $0[path] }).count > 1 }
  }
}

extension ConfigurationNode {
  fileprivate var isCollection: Bool {
    switch value {
    case .mapping, .sequence: true
    default: false
    }
  }
}
