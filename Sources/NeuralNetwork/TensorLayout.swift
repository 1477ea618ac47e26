/// A shape, and the order in which its values lie in memory.
public struct TensorLayout: Equatable, Sendable {
  /// What Keras would call the shape of the sample.
  public var shape: Shape
  /// Set when the values lie as (channels, height, width): the (height, width, channels) of that image.
  ///
  /// It survives `Flatten`: the next dense layer permutes its weights instead of the values.
  public var channelsFirstImage: Shape?

  public init(_ shape: Shape, channelsFirstImage: Shape? = nil) {
    self.shape = shape
    self.channelsFirstImage = channelsFirstImage
  }
}
