/// The order in which Keras' files have what an optimizer keeps for the variables.
public enum SlotOrder: String, Sendable {
  /// The slots of each variable in turn: its momentum, its velocity; those of the next variable.
  case byVariable = "by_variable"
  /// A slot of all variables, then the next slot of all: an optimizer of Keras' that makes its slots one after the other.
  case bySlot = "by_slot"

  /// Which slot of which variable is at each place.
  package func places(slots: Int, variables: Int) -> [(slot: Int, variable: Int)] {
    switch self {
    case .byVariable: (0..<variables).flatMap { variable in (0..<slots).map { ($0, variable) } }
    case .bySlot: (0..<slots).flatMap { slot in (0..<variables).map { (slot, $0) } }
    }
  }
}
