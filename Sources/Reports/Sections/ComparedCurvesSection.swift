import Training

/// The curves of several runs over each other.
struct ComparedCurvesSection {
  let runs: [ReportedRun]

  var section: Section {
    let names = columnNames
    guard !names.isEmpty else {
      return Section(id: "curves", title: "Curves", content: [.paragraph("No epoch is complete yet.")])
    }
    let legend = HTML.element(
      "ul", ["class": "legend"],
      runs.indices.map { .element("li", [:], [runs.series($0).swatch, HTML(runs[$0].path)]) })
    return Section(
      id: "curves", title: "Curves",
      content: [legend, .element("div", ["class": "charts"], names.compactMap(chart))] + names.map(numbers))
  }

  /// The columns that any run has.
  private var columnNames: [String] {
    var names: [String] = []
    for name in runs.flatMap(\.history.columnNames) where !names.contains(name) { names.append(name) }
    return names
  }

  private func chart(_ name: String) -> HTML? {
    let series = runs.indices.map { index in
      runs.series(
        index, points: runs[index].history[name].enumerated().map { Series.Point(x: Double($0 + 1), y: $1) })
    }
    let ends = series.compactMap { series in series.finite.last.map { "\(series.name) \(NumberText.metric($0.y))" } }
    return LineChart(
      title: name, xTitle: "epoch", series: series, startsAtZero: name == "seconds",
      description: "\(name) by epoch, at last: \(ends.joined(separator: ", "))."
    ).html
  }

  private func numbers(_ name: String) -> HTML {
    var table = Table(
      caption: name, columns: [.number("epoch")] + runs.map { .number(HTML($0.path)) })
    table.rows = (0..<(runs.map(\.history.count).max() ?? 0)).map { epoch in
      ["\(epoch + 1)"] + runs.map { HTML($0.text(of: name, epoch: epoch)) }
    }
    return .details("Numbers of \(name)", table.html)
  }
}
