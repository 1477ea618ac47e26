/// A size or a step in the two directions of an image, in pixels.
public struct HeightWidth: Equatable, Hashable, Sendable, ExpressibleByArrayLiteral {
  public var height: Int
  public var width: Int

  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// `[height, width]`
  public init(arrayLiteral elements: Int...) {
    precondition(elements.count == 2, "a size has two numbers, height and width, got \(elements)")
    self.init(elements[0], elements[1])
  }

  /// `[height, width]`, as Keras writes it.
  public var configuration: ConfigurationNode {
    ConfigurationNode(.sequence([ConfigurationNode(.integer(height)), ConfigurationNode(.integer(width))]))
  }
}
