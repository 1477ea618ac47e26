import Martlet

/// A metric that is an array, as text: a line for each class, or a table.
struct ArrayTable {
  /// Larger tables are unreadable.
  private static let most = (rows: 100, columns: 20)

  private let value: MetricValue
  private let classNames: [String]?

  /// - Parameter classNames: ignored unless there is one for each row.
  init(_ value: MetricValue, classNames: [String]?) {
    self.value = value
    self.classNames = classNames.flatMap { $0.count == value.shape.first ? $0.map(\.quotedForMessage) : nil }
  }

  /// The title, and below it the values.
  ///
  /// - Parameter corner: the heading of a table's rows and columns.
  func lines(titled title: String, corner: String = "") -> [String] {
    let isTable = value.shape.count == 2
    guard value.shape.count < 3, value.shape[0] <= Self.most.rows, !isTable || value.shape[1] <= Self.most.columns
    else {
      let sizes = value.shape.map(String.init).joined(separator: "x")
      return ["\(title): \(sizes) numbers, shown with --format json"]
    }
    let names = classNames ?? (0..<value.shape[0]).map(String.init)
    let columns = isTable ? (value.shape[0] == value.shape[1] ? names : (0..<value.shape[1]).map(String.init)) : []
    let areCounts = isTable && value.elements.allSatisfy { Int(exactly: $0) != nil }
    let rows = zip(names, value.rows).map { name, row in
      [name] + row.elements.map { areCounts ? "\(Int($0))" : NumberFormat.metric($0) }
    }
    return ["\(title):"] + Self.aligned((isTable ? [[corner] + columns] : []) + rows).map { "  \($0)" }
  }

  /// The first column is aligned to the left, the others to the right.
  static func aligned(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row.indices, zip(row, widths)).map { column, field in
        let padding = String(repeating: " ", count: field.1 - field.0.count)
        return column == 0 ? field.0 + padding : padding + field.0
      }.joined(separator: "  ")
    }
  }
}

extension TrainingConfiguration {
  /// The lines of a metric that is an array.
  ///
  /// - Parameter part: what it was measured on: `Test `.
  func lines(of name: String, _ value: MetricValue, part: String = "", remark: String = "") -> [String] {
    let metric = name.hasPrefix("val_") ? String(name.dropFirst("val_".count)) : name
    let corner = metric == ConfusionMatrix.name ? "true \\ predicted" : ""
    return ArrayTable(value, classNames: classNames).lines(titled: part + name + remark, corner: corner)
  }
}
