import ArgumentParser
import DurableFiles
import Martlet

struct DataListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the data sets and whether they are on this machine.")

  func run() throws {
    let context = CommandEnvironment.dataset(isSilent: true)
    let rows = Catalog.datasets.all.map { type in
      let status = Self.defaultSource(type).map { $0.status(context) } ?? "named by the configuration"
      return (type.name, type.summary, status)
    }
    let width = rows.map(\.0.count).max() ?? 0
    for (name, summary, status) in rows {
      let padding = String(repeating: " ", count: width - name.count)
      Console.output.write("\(name)\(padding)  \(summary): \(status)\n")
    }
  }

  /// The source with default options; nil if it requires options.
  static func defaultSource(_ type: any DatasetSource.Type) -> (any DatasetSource)? {
    try? type.init(options: ConfigurationReader(emptyAt: "data", keys: type.optionKeys))
  }
}
