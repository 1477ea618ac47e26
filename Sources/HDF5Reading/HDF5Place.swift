import Synchronization

/// The location of an object, for error messages.
struct HDF5Place {
  let file: String
  let object: String

  /// Runs `body`, adding the location to its problems.
  ///
  /// - Throws: `HDF5Error`.
  func locating<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let problem as HDF5Error.Problem {
      throw HDF5Error(file: file, object: object, problem: problem)
    }
  }
}
