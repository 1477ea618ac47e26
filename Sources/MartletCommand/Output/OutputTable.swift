import Martlet
import Reports

/// A table of results as text, CSV, Markdown and JSON.
struct OutputTable {
  enum Cell {
    case text(String)
    case integer(Int)
    case number(Double)
    /// A mean and its standard deviation; in CSV and JSON a second column, `NAME_std`, has the deviation.
    case spread(Spread)
    case missing
  }

  let headings: [String]
  /// A cell for each heading.
  let rows: [[Cell]]

  /// Aligned columns, the first one to the left.
  var text: String { ArrayTable.aligned([quotedHeadings] + rows.map { $0.map(\.text) }).map { "\($0)\n" }.joined() }

  /// As GitHub's tables.
  var markdown: String {
    let lines = [quotedHeadings.map(escaped), headings.map { _ in "---" }] + rows.map { $0.map { escaped($0.text) } }
    return lines.map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }

  private var quotedHeadings: [String] { headings.map(\.quotedForMessage) }

  /// A text in Markdown, with a backslash before characters that would format it.
  private func escaped(_ text: String) -> String {
    text.map { "\\|*<>[]`".contains($0) ? "\\\($0)" : "\($0)" }.joined()
  }

  /// As RFC 4180, but with the line ends of Linux.
  var csv: String {
    let columns = columns
    let lines = [columns.map(\.heading)] + rows.indices.map { row in columns.map { $0.nodes[row].csv } }
    return lines.map { $0.map(PredictionFile.quoted).joined(separator: ",") + "\n" }.joined()
  }

  /// A list of mappings.
  var node: ConfigurationNode {
    let columns = columns
    return ConfigurationNode(
      .sequence(
        rows.indices.map { row in
          ConfigurationNode(mapping: columns.map { ConfigurationEntry($0.heading, $0.nodes[row]) })
        }))
  }

  /// The columns, with those of deviations.
  private var columns: [(heading: String, nodes: [ConfigurationNode])] {
    headings.indices.flatMap { column -> [(heading: String, nodes: [ConfigurationNode])] in
      let cells = rows.map { $0[column] }
      let values = (headings[column], cells.map(\.node))
      let deviations = cells.map(\.deviation)
      guard deviations.contains(where: { $0 != nil }) else { return [values] }
      let nodes = deviations.map { $0.map { ConfigurationNode(.number($0)) } ?? .null }
      return [values, ("\(headings[column])_std", nodes)]
    }
  }
}

extension OutputTable.Cell {
  fileprivate var text: String {
    switch self {
    case .text(let text): text.quotedForMessage
    case .integer(let count): "\(count)"
    case .number(let number): NumberFormat.metric(number)
    case .spread(let spread): spread.text
    case .missing: "-"
    }
  }

  fileprivate var node: ConfigurationNode {
    switch self {
    case .text(let text): ConfigurationNode(.string(text))
    case .integer(let count): ConfigurationNode(.integer(count))
    case .number(let number): ConfigurationNode(.number(number))
    case .spread(let spread): ConfigurationNode(.number(spread.mean))
    case .missing: .null
    }
  }

  /// The deviation of a spread; nil for other cells.
  fileprivate var deviation: Double? { if case .spread(let spread) = self { spread.deviation } else { nil } }
}

extension ConfigurationNode {
  /// The field of a CSV file: empty for null and NaN.
  fileprivate var csv: String {
    switch value {
    case .string(let text): text
    case .null: ""
    case .number(let number): number.isNaN ? "" : "\(number)"
    default: json
    }
  }
}
