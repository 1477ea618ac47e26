import Glibc

/// Expands `~/` at the start of a path, as a shell does, for paths that no shell expands: those in a configuration, and
/// that of `--output=~/x`.
package enum HomePath {
  /// An error in a path that starts with `~`.
  package enum Problem: Error, Equatable, CustomStringConvertible {
    case noHome(path: String)
    case otherHome(path: String)

    package var description: String {
      switch self {
      case .noHome(let path):
        "'\(path.quotedForMessage)': HOME is not set, so '~' cannot be expanded. Write the full path."
      case .otherHome(let path):
        "'\(path.quotedForMessage)': only '~/', your own home directory, is supported. Write the full path, or "
          + "'./\(path.quotedForMessage)' for a file of that name."
      }
    }
  }

  /// The path with a leading `~` expanded.
  ///
  /// - Parameter home: the home directory; nil or empty for none.
  /// - Throws: `Problem` if there is no home directory, or it is that of another user.
  package static func expanded(_ path: String, home: String? = HomePath.home) throws(Problem) -> String {
    guard path.hasPrefix("~") else { return path }
    guard path == "~" || path.hasPrefix("~/") else { throw .otherHome(path: path) }
    guard let home, !home.isEmpty else { throw .noHome(path: path) }
    return home + path.dropFirst()
  }

  /// `HOME` of the environment.
  package static var home: String? { getenv("HOME").flatMap { String(validatingCString: $0) } }
}
