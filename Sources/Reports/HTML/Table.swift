/// A table with headings, the first column of which names its rows.
struct Table {
  /// A column: its heading, and whether its cells are numbers, aligned to the right.
  struct Column {
    let heading: HTML
    let isNumber: Bool

    static func text(_ heading: HTML) -> Column { Column(heading: heading, isNumber: false) }
    static func number(_ heading: HTML) -> Column { Column(heading: heading, isNumber: true) }
  }

  let caption: String
  let columns: [Column]
  /// A cell for each column.
  var rows: [[HTML]] = []
  /// Rows of totals below the others.
  var totals: [[HTML]] = []

  /// The table, in a box that scrolls sideways on a narrow screen.
  var html: HTML {
    let headings = columns.map { column in
      HTML.element("th", column.isNumber ? ["scope": "col", "class": "number"] : ["scope": "col"], column.heading)
    }
    let body = [
      HTML.element("caption", [:], HTML(caption)),
      .element("thead", [:], .element("tr", [:], headings)), .newline,
      .element("tbody", [:], rows.map(row)), .newline,
    ]
    let foot = totals.isEmpty ? [] : [HTML.element("tfoot", [:], totals.map(row))]
    return .element(
      "div", ["class": "scroll", "role": "region", "aria-label": caption, "tabindex": "0"],
      .element("table", [:], body + foot))
  }

  private func row(_ cells: [HTML]) -> HTML {
    let fields = zip(columns.indices, zip(columns, cells)).map { index, field in
      let (column, cell) = field
      if index == 0 {
        return HTML.element("th", column.isNumber ? ["scope": "row", "class": "number"] : ["scope": "row"], cell)
      }
      return .element("td", column.isNumber ? ["class": "number"] : [:], cell)
    }
    return HTML([.element("tr", [:], fields), .newline])
  }
}
