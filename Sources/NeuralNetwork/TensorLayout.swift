/// A shape and the memory order of its values.
public struct TensorLayout: Equatable, Sendable {
  /// The shape of a sample in Keras.
  public var shape: Shape
  /// The (height, width, channels) of an image whose values are stored (channels, height, width); nil for Keras' order.
  ///
  /// `Flatten` keeps it: the next dense layer permutes its weights instead of the values.
  public var channelsFirstImage: Shape?

  /// Creates a layout; in Keras' order if `channelsFirstImage` is nil.
  public init(_ shape: Shape, channelsFirstImage: Shape? = nil) {
    self.shape = shape
    self.channelsFirstImage = channelsFirstImage
  }

  /// Calls `body` for the values of a sample in Keras' order, with the number of each and its offset in memory.
  @inline(__always)
  func forEachValue(_ body: (_ index: Int, _ offset: Int) -> Void) {
    let channels = channelsFirstImage?.channels ?? 1
    let positions = shape.count / channels
    for position in 0..<positions {
      for channel in 0..<channels { body(position * channels + channel, channel * positions + position) }
    }
  }
}
