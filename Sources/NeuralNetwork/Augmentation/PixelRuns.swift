/// The runs of a translated axis, in the caller's memory.
struct PixelRuns {
  private let start: UnsafeMutablePointer<PixelRun>
  private var count = 0

  /// - Parameter start: room for `capacity(_:)` runs.
  init(at start: UnsafeMutablePointer<PixelRun>) { self.start = start }

  /// The maximum number of runs of an axis: two per pixel.
  static func capacity(_ size: Int) -> Int { 2 * size }

  var all: UnsafeBufferPointer<PixelRun> { UnsafeBufferPointer(start: start, count: count) }

  /// Appends a pixel to the last run if it continues it, else as a new run.
  mutating func append(pixel: Int, from source: Int?, weight: Float) {
    let source = source.map { Int32(truncatingIfNeeded: $0) } ?? -1
    guard pixel > 0, start[count - 1].nextSource == source else {
      start[count] = PixelRun(start: Int32(truncatingIfNeeded: pixel), count: 1, source: source, weight: weight)
      count += 1
      return
    }
    start[count - 1].count += 1
  }
}
