/// A chart of lines, as inline SVG. Its text has the size of the page's text where the chart is as wide as a telephone.
struct LineChart {
  /// A point that is marked, with a word for it.
  struct Mark {
    let x: Double
    let y: Double
    let text: String
  }

  let title: String
  let xTitle: String
  let series: [Series]
  var marks: [Mark] = []
  var startsAtZero = false
  /// What the chart shows, in a sentence for those who do not see it.
  let description: String

  private static let (width, height) = (360.0, 210.0)
  private static let (left, right, top, bottom) = (54.0, 352.0, 10.0, 174.0)

  /// The chart with its title; nil if it has no point to draw.
  var html: HTML? {
    let points = series.flatMap(\.finite)
    guard !points.isEmpty else { return nil }
    let x = Axis(points.map(\.x), isWhole: true)
    let y = Axis(
      points.map(\.y) + points.compactMap(\.range).flatMap { [$0.lowerBound, $0.upperBound] }
        + (startsAtZero ? [0] : []))
    func place(_ point: (x: Double, y: Double)) -> (x: String, y: String) {
      (
        NumberText.coordinate(Self.left + x.position(point.x) * (Self.right - Self.left)),
        NumberText.coordinate(Self.bottom - y.position(point.y) * (Self.bottom - Self.top))
      )
    }
    let drawing =
      Self.grid(x, y, xTitle: xTitle) + series.flatMap { Self.line($0, place) }
      + marks.filter(\.y.isDrawable).flatMap { Self.mark($0, place) }
    return .element(
      "figure", ["class": "chart"],
      [
        .element("figcaption", [:], HTML(title)),
        .element(
          "svg",
          [
            "viewBox": "0 0 \(Int(Self.width)) \(Int(Self.height))", "role": "img", "aria-label": description,
          ], drawing),
      ])
  }

  private static func grid(_ x: Axis, _ y: Axis, xTitle: String) -> [HTML] {
    func text(_ x: Double, _ y: Double, _ style: String, _ content: String) -> HTML {
      .element(
        "text", ["class": style, "x": NumberText.coordinate(x), "y": NumberText.coordinate(y)], HTML(content))
    }
    func line(_ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> HTML {
      .element(
        "line",
        [
          "class": style, "x1": NumberText.coordinate(x1), "y1": NumberText.coordinate(y1),
          "x2": NumberText.coordinate(x2), "y2": NumberText.coordinate(y2),
        ])
    }
    let rows = y.ticks.flatMap { tick -> [HTML] in
      let place = bottom - y.position(tick) * (bottom - top)
      return [line("grid", left, place, right, place), text(left - 5, place + 4, "end", y.text(tick))]
    }
    let columns = x.ticks.flatMap { tick -> [HTML] in
      let place = left + x.position(tick) * (right - left)
      return [line("tick", place, bottom, place, bottom + 4), text(place, bottom + 17, "middle", x.text(tick))]
    }
    return rows + columns + [
      line("axis", left, bottom, right, bottom), text((left + right) / 2, height - 4, "middle", xTitle),
    ]
  }

  private static func line(_ series: Series, _ place: ((x: Double, y: Double)) -> (x: String, y: String)) -> [HTML] {
    let points = series.finite
    let places = points.map { place(($0.x, $0.y)) }
    let path = places.map { "\($0.x),\($0.y)" }.joined(separator: " ")
    let line = HTML.element("polyline", ["class": "line \(series.style)", "points": path])
    // A single point has no line, and few points are seen better as dots too.
    let dots =
      places.count > 30
      ? [] : places.map { HTML.element("circle", ["class": "dot \(series.style)", "cx": $0.x, "cy": $0.y, "r": "2"]) }
    return band(points, series, place) + [line] + dots
  }

  /// The range of the values that each point is the mean of.
  private static func band(
    _ points: [Series.Point], _ series: Series, _ place: ((x: Double, y: Double)) -> (x: String, y: String)
  ) -> [HTML] {
    let ranges = points.compactMap { point in point.range.map { (point.x, $0) } }
    guard !ranges.isEmpty else { return [] }
    let outline = ranges.map { place(($0, $1.upperBound)) } + ranges.reversed().map { place(($0, $1.lowerBound)) }
    let path = outline.map { "\($0.x),\($0.y)" }.joined(separator: " ")
    return [.element("polygon", ["class": "band \(series.style)", "points": path])]
  }

  private static func mark(_ mark: Mark, _ place: ((x: Double, y: Double)) -> (x: String, y: String)) -> [HTML] {
    let (x, y) = place((mark.x, mark.y))
    return [
      .element("circle", ["class": "mark", "cx": x, "cy": y, "r": "5"], .element("title", [:], HTML(mark.text)))
    ]
  }
}
