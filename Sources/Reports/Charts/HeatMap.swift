/// A confusion matrix: a table of numbers on colors, or for many classes a picture of colors, as inline SVG.
struct HeatMap {
  let table: ConfusionTable
  let names: [String]

  /// More classes do not fit in a table that is read.
  static let tableLimit = 25

  var html: HTML { table.classes <= Self.tableLimit ? grid : picture }

  /// The color of a cell: the share of the true class, blue for correct and orange for wrong predictions. Small shares
  /// of wrong ones are raised to be seen. Text is legible on all of them.
  ///
  /// - Parameter strongest: the opacity of a cell with all samples of a class.
  private func color(_ actual: Int, _ predicted: Int, strongest: Double) -> (color: String, opacity: String) {
    let share = Double(table[actual, predicted]) / Double(max(table.support(actual), 1))
    let isCorrect = actual == predicted
    let opacity = max(isCorrect ? share : share.squareRoot(), 0.2) * strongest
    return (isCorrect ? "47 129 247" : "229 96 10", NumberText.tick(opacity, step: 0.01))
  }

  private func share(_ actual: Int, _ predicted: Int) -> String {
    let count = table[actual, predicted]
    return "\(names[actual]) as \(names[predicted]): \(NumberText.grouped(count)) of "
      + "\(NumberText.grouped(table.support(actual)))"
  }

  // MARK: - Few classes

  private var grid: HTML {
    let isShort = names.allSatisfy { $0.count < 4 }
    let headings = names.map { name in
      HTML.element(
        "th", ["scope": "col", "class": isShort ? "cell" : "cell upright"], .element("span", [:], HTML(name)))
    }
    let rows = (0..<table.classes).map { actual in
      HTML([
        .element(
          "tr", [:],
          [.element("th", ["scope": "row"], HTML(names[actual]))]
            + (0..<table.classes).map { cell(actual, $0) }),
        .newline,
      ])
    }
    let caption = "Rows are the true class, columns the predicted one"
    return .element(
      "div", ["class": "scroll", "role": "region", "aria-label": caption, "tabindex": "0"],
      .element(
        "table", ["class": "matrix"],
        [
          .element("caption", [:], HTML(caption)),
          .element("thead", [:], .element("tr", [:], [.element("td", [:], [HTML]())] + headings)),
          .element("tbody", [:], rows),
        ]))
  }

  private func cell(_ actual: Int, _ predicted: Int) -> HTML {
    let count = table[actual, predicted]
    guard count > 0 else { return .element("td", ["class": "cell none"], "0") }
    let (color, opacity) = color(actual, predicted, strongest: 0.55)
    return .element(
      "td", ["class": "cell", "style": "background:rgb(\(color) / \(opacity))"], HTML(NumberText.grouped(count)))
  }

  // MARK: - Many classes

  /// The size of a cell, and the distance of two classes with a label.
  private var cellSize: Double { table.classes <= 150 ? 9 : 4 }
  private var labelInterval: Int { table.classes <= 150 ? 1 : 10 }

  private func label(_ index: Int) -> String {
    names[index].count > 16 ? "\(names[index].prefix(15))…" : names[index]
  }

  private var picture: HTML {
    let labeled = stride(from: 0, to: table.classes, by: labelInterval)
    let margin = Double(labeled.map { label($0).count }.max() ?? 0) * 5.4 + 8
    let side = margin + Double(table.classes) * cellSize + 2
    func place(_ index: Int) -> Double { margin + Double(index) * cellSize }
    let labels = labeled.flatMap { index -> [HTML] in
      let middle = NumberText.coordinate(place(index) + cellSize / 2 + 2.5)
      let edge = NumberText.coordinate(margin - 4)
      return [
        .element("text", ["class": "end", "x": edge, "y": middle], HTML(label(index))),
        .element("text", ["transform": "translate(\(middle) \(edge)) rotate(-90)"], HTML(label(index))),
      ]
    }
    let cells = (0..<table.classes).flatMap { actual in
      (0..<table.classes).compactMap { predicted -> HTML? in
        guard table[actual, predicted] > 0 else { return nil }
        let (color, opacity) = color(actual, predicted, strongest: 1)
        return .element(
          "rect",
          [
            "x": NumberText.coordinate(place(predicted)), "y": NumberText.coordinate(place(actual)),
            "width": NumberText.coordinate(cellSize - 0.5), "height": NumberText.coordinate(cellSize - 0.5),
            "fill": "rgb(\(color.replacing(" ", with: ",")))", "fill-opacity": opacity,
          ], .element("title", [:], HTML(share(actual, predicted))))
      }
    }
    let border = HTML.element(
      "rect",
      [
        "class": "border", "x": NumberText.coordinate(margin - 1), "y": NumberText.coordinate(margin - 1),
        "width": NumberText.coordinate(side - margin), "height": NumberText.coordinate(side - margin),
      ])
    let size = Int(side.rounded(.up))
    return .element(
      "div",
      ["class": "scroll matrix", "role": "region", "aria-label": "Confusion matrix", "tabindex": "0"],
      .element(
        "svg",
        [
          "class": "heat", "viewBox": "0 0 \(size) \(size)", "style": "min-width:\(size)px", "role": "img",
          "aria-label":
            "Confusion matrix of \(table.classes) classes: rows are the true class, columns the predicted one. The tables below have its numbers.",
        ], [border] + labels + cells))
  }
}
