/// The order of an optimizer's slots in Keras files.
public enum SlotOrder: String, Sendable {
  /// All slots of the first variable, then those of the next.
  case byVariable = "by_variable"
  /// The first slot of all variables, then the next slot.
  case bySlot = "by_slot"

  /// The slot and the variable at each position.
  package func places(slots: Int, variables: Int) -> [(slot: Int, variable: Int)] {
    switch self {
    case .byVariable: (0..<variables).flatMap { variable in (0..<slots).map { ($0, variable) } }
    case .bySlot: (0..<slots).flatMap { slot in (0..<variables).map { (slot, $0) } }
    }
  }
}
