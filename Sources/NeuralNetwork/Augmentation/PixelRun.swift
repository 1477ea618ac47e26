/// Neighboring pixels along an axis that come from neighboring pixels, or from beyond the edge.
struct PixelRun: BitwiseCopyable {
  /// The first of the pixels that are computed, and how many they are.
  let start: Int32
  var count: Int32
  /// Where the first of them comes from; -1 for the value that fills what is beyond the edge.
  let source: Int32
  /// The part of the pixels that comes from there.
  let weight: Float

  var isFill: Bool { source < 0 }
  /// The source that the pixel after the run would have in it.
  var nextSource: Int32 { isFill ? -1 : source + count }
  /// The floats that hold it.
  static let floatCount = MemoryLayout<Self>.stride / MemoryLayout<Float>.stride
}
