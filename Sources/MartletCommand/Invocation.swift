import Glibc
import Martlet

/// The arguments and environment of this process, checked before they are parsed.
///
/// Paths must be UTF-8: other bytes would be decoded to a different name. A `~/` that the shell did not expand, as in
/// `--output=~/x`, is expanded.
enum Invocation {
  /// The environment variables that are used.
  private static let variables = ["HOME", "MARTLET_DATA", "MARTLET_INSTRUCTION_SET", "XDG_CACHE_HOME"]

  /// The arguments without the program name.
  ///
  /// - Throws: `UsageError` for an argument that is not UTF-8, or an unknown home directory.
  static func arguments() throws -> [String] {
    let arguments = try (1..<max(Int(CommandLine.argc), 1)).compactMap { CommandLine.unsafeArgv[$0] }.map { bytes in
      try expanded(text(bytes) { "the argument '\($0)'" })
    }
    try checkNotEmpty(arguments)
    return arguments
  }

  /// Options whose values are lists and may be empty, or that are validated elsewhere.
  private static let mayBeEmpty = ["--end-signals", "--set"]

  /// Checks that no argument or option value is empty, as from an unset shell variable.
  ///
  /// - Throws: `UsageError` naming the option.
  static func checkNotEmpty(_ arguments: [String]) throws {
    for (index, argument) in arguments.enumerated() {
      let before = index > 0 ? arguments[index - 1] : ""
      let option: String
      if argument.isEmpty {
        option = before.hasPrefix("--") ? before : "argument \(index + 1)"
      } else {
        // `--log-file=`
        guard argument.hasPrefix("--"), argument.firstIndex(of: "=") == argument.indices.last else { continue }
        option = String(argument.dropLast())
      }
      guard !mayBeEmpty.contains(option) else { continue }
      throw UsageError("\(option): the value is empty. Give a value, or leave the option out.")
    }
  }

  /// - Throws: `UsageError` for a variable that is not UTF-8, or an unknown home directory.
  static func checkEnvironment() throws {
    for name in variables {
      guard let bytes = getenv(name) else { continue }
      let value = try text(bytes) { "the environment's \(name)='\($0)'" }
      if name == "MARTLET_DATA", value.hasPrefix("~") { setenv(name, try expandedPath(value, of: "\(name): "), 1) }
    }
  }

  /// - Parameter place: names the origin of the string in an error message.
  private static func text(_ bytes: UnsafePointer<CChar>, place: (String) -> String) throws -> String {
    guard let text = String(validatingCString: bytes) else {
      throw UsageError("\(place(escaped(bytes))) is not UTF-8. Rename the file or the directory.")
    }
    return text
  }

  /// `caf\xe9.yml`
  private static func escaped(_ bytes: UnsafePointer<CChar>) -> String {
    UnsafeBufferPointer(start: bytes, count: strlen(bytes)).map { UInt8(bitPattern: $0) }.map { byte in
      (0x20..<0x7f).contains(byte)
        ? String(UnicodeScalar(byte)) : "\\x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
    }.joined()
  }

  /// Expands both `~/x` and `--output=~/x`.
  private static func expanded(_ argument: String) throws -> String {
    guard argument.hasPrefix("--"), let sign = argument.firstIndex(of: "=") else { return try expandedPath(argument) }
    return try String(argument[...sign]) + expandedPath(String(argument[argument.index(after: sign)...]))
  }

  /// - Parameter place: the prefix of an error message.
  private static func expandedPath(_ path: String, of place: String = "") throws -> String {
    do { return try HomePath.expanded(path) } catch { throw UsageError("\(place)\(error)") }
  }
}
