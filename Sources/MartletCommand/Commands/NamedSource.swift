import ArgumentParser
import DurableFiles
import Martlet

/// Finds data sets that need no options.
enum NamedSource {
  /// The names of all data sets.
  static var names: [String] { Catalog.datasets.all.map { $0.name } }

  /// - Throws: `UsageError` if the name is unknown, or the data set needs options.
  static func find(_ name: String) throws -> any DatasetSource {
    let type = try Catalog.datasets.entry(named: name, path: "", line: nil)
    guard let source = DataListCommand.defaultSource(type) else {
      throw UsageError(
        "'\(name)' has no default location: a configuration names its files. 'martlet data show CONFIG' shows them.")
    }
    return source
  }
}
