/// What went wrong with an HDF5 file: the file, the object in it, and the library's own words.
public struct HDF5Error: Error, Equatable, Sendable {
  public enum Problem: Equatable, Sendable {
    /// The library refused an operation; `reason` is the deepest message of its error stack.
    case failed(operation: String, reason: String)
    case missing
    /// What stands there is of another kind.
    case unexpected(expected: String, found: String)
  }

  public let file: String
  /// The path of the object in the file, with `@name` for an attribute; `/` for the file as a whole.
  public let object: String
  public let problem: Problem

  public init(file: String, object: String, problem: Problem) {
    self.file = file
    self.object = object
    self.problem = problem
  }
}

extension HDF5Error: CustomStringConvertible {
  public var description: String {
    let place = object == "/" ? file : "\(file): \(object)"
    switch problem {
    case .failed(let operation, let reason): return "\(place): HDF5 could not \(operation): \(reason)."
    case .missing: return "\(place): is missing."
    case .unexpected(let expected, let found): return "\(place): expected \(expected), found \(found)."
    }
  }
}
