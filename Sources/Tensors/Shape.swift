/// The dimensions of a sample, without the batch: (height, width, channels) of an image, (n) of a vector.
public struct Shape: Equatable, Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// The sizes, slowest first.
  public var dimensions: [Int]

  /// Creates a shape.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }
  /// Creates a shape from a list of sizes.
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of values per sample.
  public var count: Int { dimensions.reduce(1, *) }

  /// The three dimensions of an image; nil for other shapes.
  public var image: (height: Int, width: Int, channels: Int)? {
    dimensions.count == 3 ? (dimensions[0], dimensions[1], dimensions[2]) : nil
  }

  /// The sizes for display: `28x28x1`; `13 values` for a vector.
  package var sizes: String {
    dimensions.count == 1
      ? "\(dimensions[0]) value\(dimensions[0] == 1 ? "" : "s")" : dimensions.map(String.init).joined(separator: "x")
  }

  /// The shape as in Python: `(28, 28, 1)`, `(10,)`.
  public var description: String {
    dimensions.count == 1 ? "(\(dimensions[0]),)" : "(\(dimensions.map(String.init).joined(separator: ", ")))"
  }
}

extension Shape {
  /// Whether samples of another shape can be inputs of this shape, with their values in the same order.
  ///
  /// (height, width, channels) accepts such images, (height, width) those with one channel, and (n) all samples with n
  /// values, flattened.
  package func accepts(_ sample: Shape) -> Bool {
    switch dimensions.count {
    case 1: count == sample.count
    case 2: dimensions + [1] == sample.dimensions || self == sample
    default: self == sample
    }
  }
}
