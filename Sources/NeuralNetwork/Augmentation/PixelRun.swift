/// Adjacent pixels along an axis whose sources are adjacent too, or the fill value.
struct PixelRun: BitwiseCopyable {
  /// The first pixel, and the number of pixels.
  let start: Int32
  var count: Int32
  /// The source of the first pixel; -1 for the fill value.
  let source: Int32
  /// The weight of the source.
  let weight: Float

  var isFill: Bool { source < 0 }
  /// The source of the next pixel, if it continues the run.
  var nextSource: Int32 { isFill ? -1 : source + count }
  /// The size of a run in floats.
  static let floatCount = MemoryLayout<Self>.stride / MemoryLayout<Float>.stride
}
