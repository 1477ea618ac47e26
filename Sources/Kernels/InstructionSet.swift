import CVector

/// An instruction set of the processor, which selects the build of the kernels. It is chosen once, when training
/// starts.
///
/// Results differ in the last bits between instruction sets, because vectors of other widths sum in another order.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// AVX-512: vectors of 16 floats.
  case v4
  /// AVX2 and FMA: vectors of 8 floats.
  case v3
  /// Baseline x86-64: vectors of 4 floats.
  case baseline

  /// The environment variable that overrides the choice.
  public static let environmentVariable = "MARTLET_INSTRUCTION_SET"

  /// The x86-64 level: `x86-64-v4`.
  public var description: String { self == .baseline ? "baseline" : "x86-64-\(rawValue)" }

  /// Whether this processor and operating system support it.
  public var isSupported: Bool {
    switch self {
    case .v4: martlet_supports_v4() != 0
    case .v3: martlet_supports_v3() != 0
    case .baseline: true
    }
  }

  /// The widest that this processor supports.
  public static var bestSupported: InstructionSet {
    allCases.first(where: \.isSupported) ?? .baseline
  }

  /// The instruction set named in the environment, by its short or full name, else the widest.
  ///
  /// - Throws: `InstructionSetError` if the environment names an unknown or unsupported one.
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
