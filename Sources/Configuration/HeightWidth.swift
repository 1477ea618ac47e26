/// A size or stride in the two dimensions of an image, in pixels.
public struct HeightWidth: Equatable, Hashable, Sendable, ExpressibleByArrayLiteral {
  /// The vertical size.
  public var height: Int
  /// The horizontal size.
  public var width: Int

  /// Creates a size.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// `[height, width]`
  public init(arrayLiteral elements: Int...) {
    precondition(elements.count == 2, "a size needs two numbers, height and width, got \(elements)")
    self.init(elements[0], elements[1])
  }

  /// `[height, width]`, as in Keras.
  public var configuration: ConfigurationNode {
    ConfigurationNode(.sequence([ConfigurationNode(.integer(height)), ConfigurationNode(.integer(width))]))
  }
}
