/// A part of the variables of an operation, whose gradients are computed separately.
public struct GradientPart: Sendable, Equatable {
  /// Its index, 0 to `count` - 1.
  public let index: Int
  /// The number of parts.
  public let count: Int

  /// All variables.
  public static let whole = GradientPart(index: 0, count: 1)

  /// - Precondition: the index is one of `count` parts.
  public init(index: Int, count: Int) {
    precondition((0..<count).contains(index), "there is no part \(index) of \(count)")
    self.index = index
    self.count = count
  }

  /// Its share of `items` items.
  public func range(of items: Int) -> Range<Int> { items * index / count..<items * (index + 1) / count }
}
