import CVector

/// An instruction set that is not available.
public enum InstructionSetError: Error, Equatable, CustomStringConvertible {
  case unknown(String)
  case unsupported(InstructionSet)

  /// The message, with the remedy.
  public var description: String {
    let variable = InstructionSet.environmentVariable
    switch self {
    case .unknown(let name):
      let known = InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
      return "\(variable) is '\(name)', which is not an instruction set. Use one of \(known), or unset it."
    case .unsupported(let instructionSet):
      return "\(variable) is '\(instructionSet.rawValue)', which this processor does not support. "
        + "Its best is '\(InstructionSet.bestSupported.rawValue)'; unset the variable to use it."
    }
  }
}
