/// An error of reading an HDF5 file, with the file and the object in it.
package struct HDF5Error: Error, Equatable, Sendable {
  package enum Problem: Error, Equatable, Sendable {
    case missing
    /// An object or value of another kind than expected.
    case unexpected(expected: String, found: String)
    /// Inconsistent contents, or an address outside the file.
    case malformed(reason: String)
    /// An unsupported feature of HDF5.
    case unsupported(feature: String)
    /// A value that does not fit in memory.
    case tooLarge(bytes: Int)
  }

  package let file: String
  /// The path of the object in the file, with `@name` for an attribute; `/` for the file as a whole.
  package let object: String
  package let problem: Problem

  package init(file: String, object: String, problem: Problem) {
    self.file = file
    self.object = object
    self.problem = problem
  }
}

extension HDF5Error: CustomStringConvertible {
  package var description: String {
    let place = object == "/" ? file : "\(file): \(object)"
    switch problem {
    case .missing: return "\(place): is missing."
    case .unexpected(let expected, let found): return "\(place): expected \(expected), found \(found)."
    case .malformed(let reason): return "\(place): is malformed HDF5: \(reason)."
    case .tooLarge(let bytes): return "\(place): its \(bytes) bytes do not fit in memory."
    case .unsupported(let feature):
      return "\(place): was written with \(feature): that is not read. Write it again with h5py's defaults."
    }
  }
}
