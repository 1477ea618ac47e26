/// The two pixels along an axis around the center of a new one.
struct BilinearPoint {
  let first: Int, second: Int
  /// The weight of the second; the first has the rest.
  let fraction: Float

  /// The centers of `count` new pixels between those of `size` old ones: half-pixel centers, as `tf.image.resize`.
  static func points(of size: Int, count: Int) -> [BilinearPoint] {
    let scale = Float(size) / Float(count)
    return (0..<count).map { index in
      let position = (Float(index) + 0.5) * scale - 0.5
      guard position > 0 else { return BilinearPoint(first: 0, second: 0, fraction: 0) }
      let first = min(size - 1, Int(position))
      let fraction = position - Float(first)
      return BilinearPoint(first: first, second: min(size - 1, fraction > 0 ? first + 1 : first), fraction: fraction)
    }
  }
}

/// The pixels along an axis that a new one covers.
struct AreaSpan {
  let first: Int, end: Int
  private let start: Float, stop: Float
  private let scale: Float

  /// The spans of `count` new pixels over `size` old ones.
  static func spans(of size: Int, count: Int) -> [AreaSpan] {
    let scale = Float(size) / Float(count)
    return (0..<count).map { index in
      let (start, stop) = (Float(index) * scale, Float(index + 1) * scale)
      let end = Int(stop)
      return AreaSpan(first: Int(start), end: Float(end) < stop ? end + 1 : end, start: start, stop: stop, scale: scale)
    }
  }

  /// The part of an old pixel that is covered.
  @inline(__always)
  func weight(of index: Int) -> Float {
    let (pixelStart, pixelStop) = (Float(index), Float(index + 1))
    if pixelStart < start { return pixelStop > stop ? scale : pixelStop - start }
    return pixelStop > stop ? stop - pixelStart : 1
  }
}
