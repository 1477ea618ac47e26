/// A table in Keras' style with columns of fixed widths. Text that does not fit is wrapped.
package enum SummaryTable {
  /// A column: heading, text width and alignment.
  package struct Column {
    let heading: String
    let width: Int
    var isRightAligned = false
  }

  /// The columns for a chain of layers.
  package static let chainColumns = [
    Column(heading: "Layer (type)", width: 31),
    Column(heading: "Output Shape", width: 22),
    Column(heading: "Param #", width: 13, isRightAligned: true),
  ]
  /// The columns for a graph.
  package static let graphColumns = [
    Column(heading: "Layer (type)", width: 19),
    Column(heading: "Output Shape", width: 17),
    Column(heading: "Param #", width: 10, isRightAligned: true),
    Column(heading: "Connected to", width: 17),
  ]

  package static func lines(_ columns: [Column], _ rows: [[String]]) -> [String] {
    func rule(_ left: String, _ middle: String, _ right: String, _ dash: String) -> String {
      left + columns.map { String(repeating: dash, count: $0.width + 2) }.joined(separator: middle) + right
    }
    let heading = [rule("┏", "┳", "┓", "━")] + row(columns, columns.map(\.heading), "┃") + [rule("┡", "╇", "┩", "━")]
    let body = rows.map { row(columns, $0, "│") }.joined(separator: [rule("├", "┼", "┤", "─")])
    return heading + body + [rule("└", "┴", "┘", "─")]
  }

  private static func row(_ columns: [Column], _ cells: [String], _ bar: String) -> [String] {
    let cells = zip(columns, cells).map { wrapped($1, $0.width) }
    return (0..<(cells.map(\.count).max() ?? 0)).map { index in
      let texts = zip(columns, cells).map { column, lines in
        padded(index < lines.count ? lines[index] : "", column.width, toRight: column.isRightAligned)
      }
      return "\(bar) " + texts.joined(separator: " \(bar) ") + " \(bar)"
    }
  }

  /// Lines of at most `width` characters, broken at spaces; words longer than a line are truncated.
  private static func wrapped(_ text: String, _ width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      let word = word.count > width ? word.prefix(width - 1) + "…" : word
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  private static func padded(_ text: String, _ width: Int, toRight: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(width - text.count, 0))
    return toRight ? spaces + text : text + spaces
  }
}
