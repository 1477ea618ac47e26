/// A point of a drawing; x grows to the right, y down.
struct Point: Sendable, Equatable {
  var x: Float
  var y: Float

  init(_ x: Float, _ y: Float) {
    self.x = x
    self.y = y
  }
}

/// A pen stroke.
enum Stroke: Sendable {
  /// A polyline.
  case line([Point])
  /// A smooth open curve with the points as control points, from the first to the last.
  case curve([Point])
  /// A smooth closed curve.
  case loop([Point])
}

/// The strokes of the ten digits, in a box from (0, 0) to (1, 1). Most have several styles.
enum DigitStrokes {
  static let styles: [[[Stroke]]] = [
    zero, one, two, three, four, five, six, seven, eight, nine,
  ]

  private static func points(_ coordinates: [(Float, Float)]) -> [Point] { coordinates.map { Point($0, $1) } }
  private static func line(_ coordinates: (Float, Float)...) -> Stroke { .line(points(coordinates)) }
  private static func curve(_ coordinates: (Float, Float)...) -> Stroke { .curve(points(coordinates)) }
  private static func loop(_ coordinates: (Float, Float)...) -> Stroke { .loop(points(coordinates)) }

  private static let zero: [[Stroke]] = [
    [
      loop((0.5, -0.1), (0.05, -0.02), (-0.05, 0.5), (0.05, 1.02), (0.5, 1.1), (0.95, 1.02), (1.05, 0.5), (0.95, -0.02))
    ],
    [
      curve((0.62, 0.02), (0.1, -0.05), (-0.1, 0.6), (0.2, 1.12), (0.85, 1.05), (1.12, 0.4), (0.85, -0.1), (0.42, 0.06))
    ],
  ]

  private static let one: [[Stroke]] = [
    [line((0.5, 0), (0.5, 1))],
    [line((0.24, 0.24), (0.55, 0)), line((0.55, 0), (0.55, 1))],
    [line((0.28, 0.22), (0.52, 0)), line((0.52, 0), (0.5, 1)), line((0.2, 1), (0.82, 1))],
  ]

  private static let two: [[Stroke]] = [
    [
      curve((0.06, 0.28), (0.12, -0.06), (0.8, -0.1), (1.02, 0.3), (0.62, 0.62), (0.04, 1)),
      line((0.04, 1), (0.98, 0.97)),
    ],
    [
      curve(
        (0.1, 0.2), (0.3, -0.08), (0.9, -0.04), (0.95, 0.4), (0.5, 0.8), (0.1, 1.08), (-0.02, 0.86), (0.22, 0.76),
        (0.5, 1), (1, 0.95))
    ],
  ]

  private static let three: [[Stroke]] = [
    [
      curve((0.08, 0.12), (0.3, -0.08), (0.95, -0.04), (0.98, 0.42), (0.4, 0.48)),
      curve((0.4, 0.48), (1.02, 0.5), (1.1, 0.98), (0.5, 1.1), (0.04, 0.9)),
    ],
    [
      line((0.1, 0.02), (0.85, 0.02), (0.42, 0.42)),
      curve((0.42, 0.42), (1.02, 0.42), (1.1, 1), (0.5, 1.1), (0.05, 0.92)),
    ],
  ]

  private static let four: [[Stroke]] = [
    [curve((0.2, 0), (0.06, 0.5), (0.1, 0.62), (0.4, 0.58), (0.95, 0.54)), line((0.76, 0.1), (0.7, 1))],
    [line((0.66, 0), (0.04, 0.66), (0.98, 0.63)), line((0.66, 0), (0.66, 1))],
    [line((0.18, 0.02), (0.12, 0.52), (0.86, 0.5)), line((0.84, 0), (0.8, 1))],
  ]

  private static let five: [[Stroke]] = [
    [
      line((0.9, 0.02), (0.26, 0.02), (0.18, 0.46)),
      curve((0.18, 0.46), (0.55, 0.26), (1.1, 0.5), (0.95, 1.1), (0.06, 0.95)),
    ],
    [
      curve((0.3, 0.02), (0.22, 0.2), (0.12, 0.5), (0.4, 0.36), (1.1, 0.5), (0.95, 1.12), (0.05, 0.94)),
      line((0.3, 0.03), (0.95, 0)),
    ],
  ]

  private static let six: [[Stroke]] = [
    [
      curve(
        (0.72, 0), (0.3, 0.14), (-0.02, 0.62), (0.06, 1.08), (0.86, 1.14), (1.02, 0.66), (0.56, 0.44), (0.12, 0.76))
    ],
    [curve((0.5, 0), (0.12, 0.4), (0, 0.9), (0.45, 1.12), (1.02, 0.98), (0.92, 0.52), (0.4, 0.5), (0.12, 0.86))],
  ]

  private static let seven: [[Stroke]] = [
    [line((0.04, 0.04), (0.94, 0.02)), curve((0.94, 0.02), (0.66, 0.36), (0.46, 0.7), (0.4, 1))],
    [
      line((0.06, 0.05), (0.94, 0.02)), curve((0.94, 0.02), (0.66, 0.36), (0.48, 0.7), (0.42, 1)),
      line((0.26, 0.52), (0.84, 0.48)),
    ],
    [line((0.06, 0.22), (0.08, 0.04), (0.94, 0.03), (0.48, 1))],
  ]

  private static let eight: [[Stroke]] = [
    [
      loop(
        (0.9, 0.12), (0.55, -0.12), (0.05, 0), (0.1, 0.38), (0.55, 0.5), (1.02, 0.72), (0.95, 1.06), (0.45, 1.12),
        (-0.02, 0.98), (0.06, 0.66), (0.5, 0.48), (0.95, 0.32))
    ],
    [
      loop((0.5, -0.06), (0.08, 0.02), (0.08, 0.44), (0.5, 0.5), (0.92, 0.44), (0.92, 0.02)),
      loop((0.5, 0.46), (0, 0.52), (-0.02, 1.02), (0.5, 1.1), (1.02, 1.02), (1, 0.52)),
    ],
  ]

  private static let nine: [[Stroke]] = [
    [
      curve(
        (0.88, 0.26), (0.7, -0.1), (0.06, -0.08), (-0.04, 0.44), (0.5, 0.66), (0.88, 0.24)),
      line((0.88, 0.24), (0.8, 1)),
    ],
    [
      curve(
        (0.88, 0.22), (0.62, -0.1), (0.04, -0.04), (0, 0.5), (0.62, 0.58), (0.92, 0.16), (0.96, 0.7), (0.75, 1.1),
        (0.2, 0.98))
    ],
  ]
}
