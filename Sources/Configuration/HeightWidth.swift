/// A size or a step in the two directions of an image, in pixels.
public struct HeightWidth: Equatable, Hashable, Sendable {
  public var height: Int
  public var width: Int

  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// `[height, width]`, as Keras writes it.
  public var configuration: ConfigurationNode {
    ConfigurationNode(.sequence([ConfigurationNode(.integer(height)), ConfigurationNode(.integer(width))]))
  }
}
