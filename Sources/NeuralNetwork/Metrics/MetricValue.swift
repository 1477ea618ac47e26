import Configuration

/// The value of a metric: a number, or an array of numbers, such as one for each class.
public struct MetricValue: Sendable, Equatable {
  /// The sizes of the array; empty for a single number.
  public let shape: [Int]
  /// The elements in row-major order.
  public let elements: [Double]

  /// A single number.
  public init(_ number: Double) { (shape, elements) = ([], [number]) }

  /// An array.
  ///
  /// - Parameter elements: in row-major order, as many as the product of `shape`.
  public init(shape: [Int], elements: [Double]) {
    precondition(shape.reduce(1, *) == elements.count, "\(elements.count) elements are no array of \(shape)")
    (self.shape, self.elements) = (shape, elements)
  }

  /// The number; nil for an array.
  public var number: Double? { shape.isEmpty ? elements[0] : nil }

  /// The parts along the first axis; none for a number.
  package var rows: [MetricValue] {
    guard let count = shape.first, count > 0 else { return [] }
    let (rowShape, size) = (Array(shape.dropFirst()), elements.count / count)
    return (0..<count).map { MetricValue(shape: rowShape, elements: Array(elements[$0 * size..<($0 + 1) * size])) }
  }

  /// A number, or nested lists.
  package var node: ConfigurationNode {
    ConfigurationNode(number.map { .number($0) } ?? .sequence(rows.map(\.node)))
  }

  /// Digits that read back to the same numbers: `0.5`, `[0.5, 0.25]`, `[[3.0, 1.0], [0.0, 4.0]]`.
  package var text: String { number?.digits ?? "[\(rows.map(\.text).joined(separator: ", "))]" }

  /// Compares with NaN equal to NaN.
  public static func == (left: Self, right: Self) -> Bool {
    left.shape == right.shape && zip(left.elements, right.elements).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
  }
}
