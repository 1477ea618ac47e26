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
}
