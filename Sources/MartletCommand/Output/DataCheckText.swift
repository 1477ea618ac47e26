import Martlet

/// The report of `data check` for people.
struct DataCheckText {
  private let report: DatasetReport
  private let name: String
  /// The maximum number of rows of a table.
  private static let rowLimit = 100
  /// The number of channels that are shown one by one.
  private static let channelLimit = 4

  init(_ report: DatasetReport, name: String) {
    self.report = report
    self.name = name
  }

  var text: String {
    let first = report.parts[0].statistics
    let target = first.target.map { ", targets: \($0)" } ?? ""
    let sections = [
      "\(name): inputs: \(first.input)\(target)", valueTable, classTable, Self.list("Problems", report.problems),
      Self.list("Remarks", report.remarks),
      "\(Self.number(report.problems.count, "problem")), \(Self.number(report.remarks.count, "remark"))",
    ]
    return sections.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private static func number(_ count: Int, _ what: String) -> String {
    "\(count == 0 ? "no" : "\(count)") \(what)\(count == 1 ? "" : "s")"
  }

  // MARK: - Tables

  private var valueTable: String {
    var rows = [["part", "samples", "values", "mean", "deviation", "minimum", "maximum"]]
    for (name, statistics) in report.parts {
      rows.append([name.rawValue, NumberFormat.grouped(statistics.count), "all"] + Self.numbers(statistics.values))
      if statistics.channels.count > 1, statistics.channels.count <= Self.channelLimit {
        for (index, values) in statistics.channels.enumerated() {
          let what = statistics.input.shape.image == nil ? "value" : "channel"
          rows.append(["", "", "\(what) \(index)"] + Self.numbers(values))
        }
      }
      for (index, values) in statistics.targets.prefix(Self.channelLimit).enumerated() {
        rows.append(["", "", "target \(index)"] + Self.numbers(values))
      }
    }
    return Self.table(rows)
  }

  private static func numbers(_ values: ValueStatistics) -> [String] {
    [values.mean, values.deviation, values.minimum, values.maximum].map { value in
      value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : NumberFormat.metric(value)
    }
  }

  private var classTable: String {
    let labels = report.labels
    guard !labels.isEmpty else { return "" }
    let counts = report.parts.map { part in
      Dictionary(uniqueKeysWithValues: (part.statistics.classes ?? []).map { ($0.label, $0.count) })
    }
    let names = report.classNames
    var rows = [["label"] + (names == nil ? [] : ["class"]) + report.parts.map(\.name.rawValue)]
    for label in labels.prefix(Self.rowLimit) {
      let name = names.map { [$0.indices.contains(label) ? $0[label] : "?"] } ?? []
      rows.append(["\(label)"] + name + counts.map { NumberFormat.grouped($0[label] ?? 0) })
    }
    let rest = labels.count - Self.rowLimit
    return Self.table(rows, leftColumns: names == nil ? 0 : 2) + (rest > 0 ? "\n… \(rest) more classes" : "")
  }

  /// Columns of equal width, the first ones from the left.
  private static func table(_ rows: [[String]], leftColumns: Int = 3) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return column < leftColumns ? cell.0 + space : space + cell.0
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  // MARK: - Findings

  private static func list(_ heading: String, _ findings: [DatasetFinding]) -> String {
    guard !findings.isEmpty else { return "" }
    let lines = findings.flatMap { finding in
      let rest = finding.count - finding.examples.count
      return ["  \(finding.summary)"] + finding.examples.map { "    \($0)" } + (rest > 0 ? ["    …"] : [])
    }
    return (["\(heading):"] + lines).joined(separator: "\n")
  }
}
