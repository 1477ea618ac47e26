import CVector

/// What the processor can do, and so which build of the kernels runs. It is chosen once, when training starts.
///
/// The last bits of results differ between instruction sets, because vectors of other widths add in another order.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// AVX-512: vectors of 16 floats.
  case v4
  /// AVX2 and FMA: vectors of 8 floats.
  case v3
  /// Every processor that runs the program: vectors of 4 floats.
  case baseline

  /// The environment variable that forces one of them.
  public static let environmentVariable = "MARTLET_INSTRUCTION_SET"

  /// The names under which processors are sold with it: `x86-64-v4`.
  public var description: String { self == .baseline ? "baseline" : "x86-64-\(rawValue)" }

  public var isSupported: Bool {
    switch self {
    case .v4: martlet_supports_v4() != 0
    case .v3: martlet_supports_v3() != 0
    case .baseline: true
    }
  }

  /// The widest that this processor has.
  public static var bestSupported: InstructionSet {
    allCases.first(where: \.isSupported) ?? .baseline
  }

  /// The one that the environment forces, by its short or its full name, or else the widest.
  ///
  /// - Throws: `InstructionSetError` if the environment names one that there is not, or that this processor lacks.
  public static func resolve(environment: [String: String]) throws -> InstructionSet {
    guard let name = environment[environmentVariable], !name.isEmpty else { return bestSupported }
    guard let forced = allCases.first(where: { [$0.rawValue, $0.description].contains(name) }) else {
      throw InstructionSetError.unknown(name)
    }
    guard forced.isSupported else { throw InstructionSetError.unsupported(forced) }
    return forced
  }
}

extension InstructionSet: CustomStringConvertible {}

/// An instruction set that cannot be had.
public enum InstructionSetError: Error, Equatable, CustomStringConvertible {
  case unknown(String)
  case unsupported(InstructionSet)

  public var description: String {
    let variable = InstructionSet.environmentVariable
    switch self {
    case .unknown(let name):
      let known = InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
      return "\(variable) is '\(name)', which is no instruction set. Use one of \(known), or unset it."
    case .unsupported(let instructionSet):
      return "\(variable) is '\(instructionSet.rawValue)', which this processor does not have. "
        + "Its best is '\(InstructionSet.bestSupported.rawValue)'; unset the variable to use it."
    }
  }
}
