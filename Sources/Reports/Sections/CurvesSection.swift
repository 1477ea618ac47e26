import NeuralNetwork
import Training

/// The metrics of each epoch as curves, and as a table.
struct CurvesSection {
  let run: ReportedRun

  private var history: History { run.history }

  var section: Section {
    guard history.count > 0 else {
      return Section(
        id: "curves", title: "Curves", content: [.paragraph("No epoch is complete yet.")] + steps)
    }
    let charts = metrics.compactMap(chart) + ["learning_rate", "seconds"].compactMap(plainChart)
    return Section(
      id: "curves", title: "Curves",
      content: [legend, .element("div", ["class": "charts"], charts), best] + arrays + [numbers] + steps)
  }

  /// The names of the metrics that are numbers, without `val_`: the loss first.
  private var metrics: [String] { history.metricNames }

  private var legend: HTML {
    let series = [("training", false), ("validation", true)].enumerated().map { index, kind in
      Series(name: kind.0, color: index, isDashed: kind.1, points: [])
    }
    let items = series.map { HTML.element("li", [:], [$0.swatch, HTML($0.name)]) }
    return .element("ul", ["class": "legend"], items)
  }

  private func chart(_ metric: String) -> HTML? {
    let series = [metric, "val_\(metric)"].enumerated().compactMap { index, name -> Series? in
      let values = history[name]
      guard values.contains(where: \.isFinite) else { return nil }
      return Series(
        name: index == 0 ? "training" : "validation", color: index, isDashed: index == 1,
        points: Self.points(values))
    }
    let name = series.last?.name == "validation" ? "val_\(metric)" : metric
    let best = history.bestEpoch(by: name).map { epoch in
      LineChart.Mark(
        x: Double(epoch), y: history[name][epoch - 1],
        text: "best: \(NumberText.metric(history[name][epoch - 1])) in epoch \(epoch)")
    }
    let ends = series.compactMap { series in
      series.finite.last.map {
        "\(series.name) \(NumberText.metric(series.finite[0].y)) at first, \(NumberText.metric($0.y)) at last"
      }
    }
    let ending = best.map { "; \($0.text)" } ?? ""
    return LineChart(
      title: metric, xTitle: "epoch", series: series, marks: best.map { [$0] } ?? [],
      description: "\(metric) by epoch: \(ends.joined(separator: "; "))\(ending)."
    ).html
  }

  private func plainChart(_ name: String) -> HTML? {
    let values = name == "learning_rate" ? history[name].indices.map { history.shortestValue(name, $0) } : history[name]
    let series = Series(name: name, color: 2, points: Self.points(values))
    guard let (first, last) = series.finite.first.flatMap({ first in series.finite.last.map { (first, $0) } }) else {
      return nil
    }
    let title = name == "seconds" ? "seconds per epoch" : "learning rate"
    return LineChart(
      title: title, xTitle: "epoch", series: [series], startsAtZero: name == "seconds",
      description: "\(title): \(NumberText.metric(first.y)) at first, \(NumberText.metric(last.y)) at last."
    ).html
  }

  private static func points(_ values: [Double]) -> [Series.Point] {
    values.enumerated().map { Series.Point(x: Double($0 + 1), y: $1) }
  }

  private var best: HTML {
    var table = Table(
      caption: "The best epoch by each metric, marked by a ring in its chart",
      columns: [.text("Metric"), .number("Best epoch"), .number("Value"), .number("Last epoch")])
    for metric in metrics {
      let name = history["val_\(metric)"].contains(where: \.isFinite) ? "val_\(metric)" : metric
      guard let epoch = history.bestEpoch(by: name), let last = history[name].last(where: { !$0.isNaN }) else {
        continue
      }
      let isDecisive = name == run.configuration.checkpoints.keepBest
      table.rows.append([
        HTML([HTML(name), isDecisive ? " (decides which checkpoint is kept)" : ""]), "\(epoch)",
        HTML(NumberText.metric(history[name][epoch - 1])), HTML(NumberText.metric(last)),
      ])
    }
    return table.html
  }

  /// A sentence about metrics that have no curve.
  private var arrays: [HTML] {
    let names = history.arrays.keys.sorted()
    guard !names.isEmpty else { return [] }
    return [.note("Metrics that are arrays have no curves: \(names.joined(separator: ", ")).")]
  }

  private var numbers: HTML {
    let names = history.columnNames
    var table = Table(
      caption: "All epochs", columns: [.number("epoch")] + names.map { .number(HTML($0)) })
    table.rows = (0..<history.count).map { epoch in
      ["\(epoch + 1)"] + names.map { HTML(run.text(of: $0, epoch: epoch)) }
    }
    return .details("Numbers of all epochs", isOpen: history.count <= 12, table.html)
  }

  // MARK: - Steps

  private var steps: [HTML] {
    guard let losses = run.steps, let chart = StepLossChart(losses).html else { return [] }
    return [.heading("Loss of each step"), chart]
  }
}

extension History {
  /// The names of the loss and the metrics that are numbers, without `val_`: the loss first, then by name.
  var metricNames: [String] {
    let others = Set(["learning_rate", "seconds"])
    let names = Set(columns.keys.map { $0.hasPrefix("val_") ? String($0.dropFirst("val_".count)) : $0 })
    return ["loss"].filter(names.contains) + names.subtracting(others).subtracting(["loss"]).sorted()
  }

  /// The names of the columns in the order of a table.
  var columnNames: [String] {
    metricNames.flatMap { [$0, "val_\($0)"] }.filter { columns[$0] != nil }
      + ["learning_rate", "seconds"].filter { columns[$0] != nil }
  }
}
