/// The losses of the steps of a run: means over some steps each, and the range of these, if there are many.
struct StepLossChart {
  private static let limit = 300

  private let points: [Series.Point]
  private let group: Int
  private let count: Int
  private let skipped: Int

  init(_ losses: [StepLoss]) {
    let finite = losses.filter(\.loss.isDrawable)
    let size = max((finite.count + Self.limit - 1) / Self.limit, 1)
    (group, count, skipped) = (size, losses.count, losses.count - finite.count)
    points = stride(from: 0, to: finite.count, by: size).map { first in
      let part = finite[first..<min(first + size, finite.count)]
      let values = part.map(\.loss)
      let range = (values.min() ?? 0)...(values.max() ?? 0)
      return Series.Point(
        x: Double(part[part.startIndex + part.count / 2].step), y: values.reduce(0, +) / Double(values.count),
        range: size > 1 ? range : nil)
    }
  }

  /// The chart and a table of some of its numbers; nil without a finite loss.
  var html: HTML? {
    guard let first = points.first, let last = points.last,
      let chart = LineChart(
        title: "loss", xTitle: "step", series: [Series(name: "loss", color: 0, points: points)],
        description:
          "Loss by step: \(NumberText.metric(first.y)) at first, \(NumberText.metric(last.y)) at last."
      ).html
    else { return nil }
    let means = group > 1 ? " The line is the mean of \(group) steps each, the band their range." : ""
    let gaps = skipped > 0 ? " \(skipped) losses are not finite, and not drawn." : ""
    return HTML([
      .element("div", ["class": "charts"], chart), .note("\(NumberText.grouped(count)) steps.\(means)\(gaps)"), table,
    ])
  }

  private var table: HTML {
    var table = Table(
      caption: group > 1 ? "Means of \(group) steps" : "Losses",
      columns: [.number("step"), .number("loss"), .number("minimum"), .number("maximum")])
    let interval = max(points.count / 30, 1)
    table.rows = stride(from: 0, to: points.count, by: interval).map { index in
      let point = points[index]
      let range = point.range ?? point.y...point.y
      return [HTML(NumberText.grouped(Int(point.x)))]
        + [point.y, range.lowerBound, range.upperBound].map { HTML(NumberText.metric($0)) }
    }
    return .details("Numbers of the steps", table.html)
  }
}
