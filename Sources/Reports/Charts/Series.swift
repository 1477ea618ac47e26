/// The points of a line in a chart.
struct Series {
  /// A point, and for a mean of several values their range.
  struct Point {
    let x: Double
    let y: Double
    var range: ClosedRange<Double>?
  }

  let name: String
  /// The color, by its index in the style sheet; lines beyond the colors are dashed.
  let color: Int
  var isDashed = false
  let points: [Point]

  static let colors = 8

  /// The points that can be drawn.
  var finite: [Point] { points.filter(\.y.isDrawable) }

  /// The class of the style sheet.
  var style: String {
    "c\(color % Self.colors)" + (isDashed || color % (2 * Self.colors) >= Self.colors ? " dashed" : "")
  }

  /// A short piece of the line, for legends.
  var swatch: HTML {
    .element(
      "svg", ["class": "swatch", "viewBox": "0 0 28 8", "aria-hidden": "true"],
      .element("line", ["class": "line \(style)", "x1": "1", "y1": "4", "x2": "27", "y2": "4"]))
  }
}
