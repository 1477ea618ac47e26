/// The order of an optimizer's slots in Keras files: groups of slots, one group after the other; within a group all slots
/// of the first variable, then those of the next.
public struct SlotOrder: Sendable, Equatable {
  /// The number of slots of each group.
  public let sizes: [Int]

  /// - Parameter sizes: the number of slots of each group, each at least 1.
  public init(sizes: [Int]) { self.sizes = sizes }

  /// The number of slots.
  public var slotCount: Int { sizes.reduce(0, +) }

  /// Whether all slots of a variable follow each other.
  public var isByVariable: Bool { sizes.count <= 1 }

  /// The order itself, or by variable if it is not an order of `slots` slots.
  package func forSlots(_ slots: Int) -> SlotOrder {
    slotCount == slots ? self : SlotOrder(sizes: slots == 0 ? [] : [slots])
  }

  /// The slot and the variable at each position.
  package func places(variables: Int) -> [(slot: Int, variable: Int)] {
    var places: [(slot: Int, variable: Int)] = []
    var first = 0
    for size in sizes {
      places += (0..<variables).flatMap { variable in (first..<first + size).map { ($0, variable) } }
      first += size
    }
    return places
  }
}

extension SlotOrder {
  private static let bySlotText = "by_slot"

  /// The order in a checkpoint: `by_slot` if each slot is a group, or the sizes of the groups, such as `2 1`; nil for the
  /// usual one, by variable.
  package var text: String? {
    if isByVariable { return nil }
    return sizes.allSatisfy { $0 == 1 } ? Self.bySlotText : sizes.map(String.init).joined(separator: " ")
  }

  /// Reads an order of `slots` slots.
  ///
  /// - Returns: nil if it is not an order of that many slots.
  package init?(text: String?, slots: Int) {
    switch text {
    case nil: sizes = slots == 0 ? [] : [slots]
    case Self.bySlotText: sizes = [Int](repeating: 1, count: slots)
    case let text?:
      let words = text.split(separator: " ", omittingEmptySubsequences: false)
      let read = words.compactMap { Int($0) }.filter { $0 > 0 && $0 <= slots }
      guard read.count == words.count, read.count <= slots, read.reduce(0, +) == slots else { return nil }
      sizes = read
    }
  }
}
