/// The dimensions of one sample, without the batch: (height, width, channels) of an image, (n) of a vector.
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

  /// The sizes as people write them: `28x28x1`; `13 values` for a vector.
  package var sizes: String {
    dimensions.count == 1
      ? "\(dimensions[0]) value\(dimensions[0] == 1 ? "" : "s")" : dimensions.map(String.init).joined(separator: "x")
  }

  /// As Python writes it: `(28, 28, 1)`, `(10,)`.
  public var description: String {
    dimensions.count == 1 ? "(\(dimensions[0]),)" : "(\(dimensions.map(String.init).joined(separator: ", ")))"
  }
}

extension Shape {
  /// Whether inputs of this shape can be made of samples of another one, whose values keep their order.
  ///
  /// (height, width, channels) is made of such images, (height, width) of those with one channel, and (n) of all samples
  /// that have n values, flattened.
  package func accepts(_ sample: Shape) -> Bool {
    switch dimensions.count {
    case 1: count == sample.count
    case 2: dimensions + [1] == sample.dimensions || self == sample
    default: self == sample
    }
  }
}
