/// The accuracy of predictions by their probability, as inline SVG.
struct ReliabilityDiagram {
  let reliability: Reliability

  private static let (left, right, top, bottom) = (46.0, 350.0, 10.0, 264.0)

  private static func x(_ share: Double) -> Double { left + share * (right - left) }
  private static func y(_ share: Double) -> Double { bottom - share * (bottom - top) }

  var html: HTML {
    let percent = NumberText.percent(reliability.error)
    return .element(
      "figure", ["class": "chart"],
      .element(
        "svg",
        [
          "viewBox": "0 0 360 305", "role": "img",
          "aria-label":
            "Reliability diagram: accuracy by predicted probability in ten bins; the expected calibration error is \(percent).",
        ], grid + reliability.bins.flatMap(bar) + [diagonal]))
  }

  private func bar(_ bin: Reliability.Bin) -> [HTML] {
    guard bin.count > 0 else { return [] }
    let (lower, upper) = (Self.x(bin.bounds.lower) + 1.5, Self.x(bin.bounds.upper) - 1.5)
    return [
      .element(
        "rect",
        [
          "class": "bar", "x": NumberText.coordinate(lower), "y": NumberText.coordinate(Self.y(bin.accuracy)),
          "width": NumberText.coordinate(upper - lower),
          "height": NumberText.coordinate(Self.bottom - Self.y(bin.accuracy)),
        ]),
      .element(
        "circle",
        [
          "class": "dot c1", "cx": NumberText.coordinate(Self.x(bin.confidence)),
          "cy": NumberText.coordinate(Self.y(bin.accuracy)), "r": "3.5",
        ]),
    ]
  }

  private var diagonal: HTML { Self.line("line c7 dashed", (0, 0), (1, 1)) }

  private static func line(_ style: String, _ from: (Double, Double), _ to: (Double, Double)) -> HTML {
    .element(
      "line",
      [
        "class": style, "x1": NumberText.coordinate(x(from.0)), "y1": NumberText.coordinate(y(from.1)),
        "x2": NumberText.coordinate(x(to.0)), "y2": NumberText.coordinate(y(to.1)),
      ])
  }

  private var grid: [HTML] {
    let ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    func text(_ x: Double, _ y: Double, _ style: String, _ content: String) -> HTML {
      .element("text", ["class": style, "x": NumberText.coordinate(x), "y": NumberText.coordinate(y)], HTML(content))
    }
    return ticks.flatMap { tick in
      let label = NumberText.tick(tick, step: 0.2)
      return [
        Self.line("grid", (0, tick), (1, tick)), text(Self.left - 6, Self.y(tick) + 4, "end", label),
        text(Self.x(tick), Self.bottom + 17, "middle", label),
      ]
    } + [
      Self.line("axis", (0, 0), (1, 0)),
      text((Self.left + Self.right) / 2, 300, "middle", "probability of the predicted class"),
      .element(
        "text", ["class": "middle", "transform": "translate(12 \(NumberText.coordinate(Self.y(0.5)))) rotate(-90)"],
        "accuracy"),
    ]
  }
}
