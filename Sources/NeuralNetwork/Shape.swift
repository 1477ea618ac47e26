/// The dimensions of one sample, without the batch: (height, width, channels) of an image, (units) of a vector.
public struct Shape: Equatable, Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  public var dimensions: [Int]

  public init(_ dimensions: [Int]) { self.dimensions = dimensions }
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of values in one sample.
  public var count: Int { dimensions.reduce(1, *) }

  /// The three dimensions of an image; nil if this is not one.
  public var image: (height: Int, width: Int, channels: Int)? {
    dimensions.count == 3 ? (dimensions[0], dimensions[1], dimensions[2]) : nil
  }

  /// As Python writes it: `(28, 28, 1)`, `(10,)`.
  public var description: String {
    dimensions.count == 1 ? "(\(dimensions[0]),)" : "(\(dimensions.map(String.init).joined(separator: ", ")))"
  }
}

extension Shape {
  /// Whether samples of this shape can be made of images (height, width, channels), whose values keep their order.
  ///
  /// (height, width, channels) is made of such images, (height, width) of those with one channel, and (n) of all that
  /// have n values, flattened.
  public func takes(image: Shape) -> Bool {
    switch dimensions.count {
    case 1: count == image.count
    case 2: dimensions + [1] == image.dimensions
    default: self == image
    }
  }
}

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
