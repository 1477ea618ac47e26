import Randomness

/// A canvas on which a digit is drawn.
///
/// Only + - · / and √ are used, which IEEE 754 defines to the last bit: the pixels are the same on every machine.
struct DigitCanvas {
  /// Height and width in pixels.
  static let size = 28

  /// (height, width)
  private(set) var pixels = [UInt8](repeating: 0, count: size * size)

  mutating func clear() {
    for index in pixels.indices { pixels[index] = 0 }
  }

  /// Draws a digit in a handwriting style chosen by `random`.
  mutating func draw(digit: Int, random: inout RandomStream) {
    let styles = DigitStrokes.styles[digit]
    let strokes = styles[random.nextIndex(below: styles.count)]
    let hand = Hand(random: &random)
    for stroke in strokes {
      let path = hand.path(of: stroke, random: &random)
      for (start, end) in zip(path, path.dropFirst()) { drawSegment(start, end, radius: hand.radius) }
    }
  }

  /// Darkens the pixels near a line segment by their coverage.
  private mutating func drawSegment(_ start: Point, _ end: Point, radius: Float) {
    let reach = radius + 1
    let columns = Self.pixelRange(min(start.x, end.x) - reach, max(start.x, end.x) + reach)
    let rows = Self.pixelRange(min(start.y, end.y) - reach, max(start.y, end.y) + reach)
    let (dx, dy) = (end.x - start.x, end.y - start.y)
    let lengthSquared = dx * dx + dy * dy
    for row in rows {
      for column in columns {
        let (x, y) = (Float(column) - start.x, Float(row) - start.y)
        let along = lengthSquared > 0 ? min(max((x * dx + y * dy) / lengthSquared, 0), 1) : 0
        let (awayX, awayY) = (x - along * dx, y - along * dy)
        let distance = (awayX * awayX + awayY * awayY).squareRoot()
        let coverage = min(max((radius + 0.6 - distance) / 1.2, 0), 1)
        let index = row * Self.size + column
        pixels[index] = max(pixels[index], UInt8(coverage * 255))
      }
    }
  }

  private static func pixelRange(_ lower: Float, _ upper: Float) -> ClosedRange<Int> {
    let last = Float(size - 1)
    return Int(min(max(lower, 0), last))...Int(min(max(upper, 0), last))
  }
}

/// A handwriting style: slant, stretch, shift and line width.
private struct Hand {
  /// Half the line width, in pixels.
  let radius: Float
  private let wobble: Float
  // The affine map from the box of the strokes to pixels.
  private let xx, xy, yx, yy, shiftX, shiftY: Float

  init(random: inout RandomStream) {
    let height = random.nextUniform(from: 15.5, to: 20)
    let width = height * random.nextUniform(from: 0.42, to: 0.86)
    let slant = random.nextUniform(from: -0.15, to: 0.42)
    // A rotation without trigonometry: for any t, ((1 − t²) / (1 + t²), 2t / (1 + t²)) lies on the unit circle.
    let t = random.nextUniform(from: -0.08, to: 0.08)
    let (cosine, sine) = ((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t))
    radius = random.nextUniform(from: 0.55, to: 1.65)
    wobble = random.nextUniform(from: 0.01, to: 0.075)
    xx = cosine * width
    xy = -(cosine * slant + sine) * height
    yx = sine * width
    yy = (cosine - sine * slant) * height
    shiftX = 13.5 + random.nextUniform(from: -1.6, to: 1.6)
    shiftY = 13.5 + random.nextUniform(from: -1.6, to: 1.6)
  }

  /// A stroke on the canvas as a polyline.
  func path(of stroke: Stroke, random: inout RandomStream) -> [Point] {
    switch stroke {
    case .line(let points):
      return points.map { place($0, &random) }
    case .curve(let points):
      let placed = points.map { place($0, &random) }
      // A clamped spline: the end points are tripled, so that it starts and ends there.
      return spline([placed[0], placed[0]] + placed + [placed[placed.count - 1], placed[placed.count - 1]])
    case .loop(let points):
      let placed = points.map { place($0, &random) }
      return spline(placed + placed.prefix(3))
    }
  }

  /// Maps a point of the box to the canvas, with a small jitter.
  private func place(_ point: Point, _ random: inout RandomStream) -> Point {
    let x = point.x - 0.5 + random.nextUniform(from: -wobble, to: wobble)
    let y = point.y - 0.5 + random.nextUniform(from: -wobble, to: wobble)
    return Point(xx * x + xy * y + shiftX, yx * x + yy * y + shiftY)
  }

  /// The uniform cubic B-spline of the points, as a polyline.
  private func spline(_ points: [Point]) -> [Point] {
    let pieces = 5
    var path: [Point] = []
    for first in 0..<points.count - 3 {
      for piece in 0...pieces where piece > 0 || first == 0 {
        let t = Float(piece) / Float(pieces)
        let (t2, t3) = (t * t, t * t * t)
        let weights = SIMD4<Float>(
          1 - 3 * t + 3 * t2 - t3, 4 - 6 * t2 + 3 * t3, 1 + 3 * t + 3 * t2 - 3 * t3, t3)
        var point = Point(0, 0)
        for index in 0..<4 {
          point.x += weights[index] / 6 * points[first + index].x
          point.y += weights[index] / 6 * points[first + index].y
        }
        path.append(point)
      }
    }
    return path
  }
}
