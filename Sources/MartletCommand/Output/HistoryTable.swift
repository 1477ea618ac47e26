import Martlet

/// The metrics of each epoch as a text table and as JSON. The text has each array of the last epoch alone that has it.
struct HistoryTable {
  /// The usual metrics in display order; others follow by name.
  private static let order = ["loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds"]

  private let history: History
  private let configuration: TrainingConfiguration
  private let names: [String]

  init(_ history: History, _ configuration: TrainingConfiguration) {
    (self.history, self.configuration) = (history, configuration)
    names = Self.ordered(Array(history.columns.keys))
  }

  /// The names of metrics in display order.
  static func ordered(_ names: [String]) -> [String] {
    order.filter(names.contains) + names.filter { !order.contains($0) }.sorted()
  }

  private var arrays: [String] { history.arrays.keys.sorted() }

  var text: String {
    let rows = (0..<history.count).map { epoch in
      ["\(epoch + 1)"]
        + names.map { name in
          name.hasPrefix("val_") && !configuration.validates(afterEpoch: epoch + 1)
            ? "-" : NumberFormat.metric(history[name][epoch])
        }
    }
    let table = [["epoch"] + names] + rows
    let widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    let lines = table.map { row in
      zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ")
    }
    let last = arrays.flatMap { name -> [String] in
      guard let values = history.arrays[name],
        let epoch = values.lastIndex(where: { !$0.elements.allSatisfy(\.isNaN) })
      else { return [] }
      return configuration.lines(of: name, values[epoch], remark: " of epoch \(epoch + 1)")
    }
    return (lines + last).joined(separator: "\n")
  }

  /// A list of values per metric.
  var node: ConfigurationNode {
    ConfigurationNode(
      mapping: (names + arrays).map { name in
        ConfigurationEntry(name, ConfigurationNode(.sequence((0..<history.count).map { history.value(name, $0).node })))
      })
  }
}
