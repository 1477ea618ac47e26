import Glibc

/// A path in which `~/` at the start stands for the home directory, as in a shell, which does not see every path:
/// not those in a configuration, nor that of `--output=~/x`.
package enum HomePath {
  /// What is wrong with a path that starts with `~`.
  package enum Problem: Error, Equatable, CustomStringConvertible {
    case noHome(path: String)
    case otherHome(path: String)

    package var description: String {
      switch self {
      case .noHome(let path):
        "'\(path.quotable)': HOME is not set, so '~' stands for no directory. Write the path in full."
      case .otherHome(let path):
        "'\(path.quotable)': only '~/' stands for a home directory, your own. Write the path in full, or "
          + "'./\(path.quotable)' for a file of that name."
      }
    }
  }

  /// The path without a `~` at its start.
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
