import Martlet

/// A metric that is an array, as text: a line for each class, or a table of the true classes (rows) and the predicted
/// ones (columns).
struct ArrayTable {
  /// Tables with more columns are unreadable.
  private static let mostColumns = 20

  private let value: MetricValue
  private let classNames: [String]?

  /// - Parameter classNames: ignored unless there is one for each row.
  init(_ value: MetricValue, classNames: [String]?) {
    self.value = value
    self.classNames = classNames.flatMap { $0.count == value.shape.first ? $0 : nil }
  }

  /// The title, and below it the values.
  func lines(titled title: String) -> [String] {
    guard value.shape.last ?? 0 <= Self.mostColumns || value.shape.count == 1 else {
      let sizes = value.shape.map(String.init).joined(separator: "x")
      return ["\(title): \(sizes) numbers, shown with --format json"]
    }
    let names = value.shape.first.map { count in classNames ?? (0..<count).map(String.init) } ?? []
    let isTable = value.shape.count == 2
    let heading = isTable ? [["true \\ predicted"] + names] : []
    let rows = zip(names, value.rows).map { name, row in
      [name] + row.elements.map { isTable ? "\(Int($0))" : NumberFormat.metric($0) }
    }
    return ["\(title):"] + Self.aligned(heading + rows).map { "  \($0)" }
  }

  /// The first column is aligned to the left, the others to the right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row.indices, zip(row, widths)).map { column, field in
        let padding = String(repeating: " ", count: field.1 - field.0.count)
        return column == 0 ? field.0 + padding : padding + field.0
      }.joined(separator: "  ")
    }
  }
}
