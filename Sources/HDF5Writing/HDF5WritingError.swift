/// An error of the HDF5 library when writing: the file, the object in it, and the deepest message of the error stack.
package struct HDF5WritingError: Error, Equatable, Sendable {
  package let file: String
  /// The path of the object in the file, with `@name` for an attribute; `/` for the file as a whole.
  package let object: String
  package let operation: String
  package let reason: String

  package init(file: String, object: String, operation: String, reason: String) {
    self.file = file
    self.object = object
    self.operation = operation
    self.reason = reason
  }
}

extension HDF5WritingError: CustomStringConvertible {
  package var description: String {
    "\(object == "/" ? file : "\(file): \(object)"): HDF5 could not \(operation): \(reason)."
  }
}
