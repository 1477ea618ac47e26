import HDF5Reading

/// A variable in a file; its values are read after its shape has been checked.
struct StoredTensor: Sendable {
  let name: String
  private let numbers: HDF5Numbers

  /// - Throws: `HDF5Error` if the group has no dataset with the name.
  init(_ name: String, of group: HDF5Group) throws {
    self.name = name
    numbers = try group.numbers(name)
  }

  /// Empty for a scalar.
  var dimensions: [Int] { numbers.dimensions }

  /// - Throws: `HDF5Error` if the type is neither an integer nor 32-bit floating point.
  var isInteger: Bool { get throws { try numbers.isInteger } }

  /// In row-major order of `dimensions`.
  ///
  /// - Throws: `HDF5Error`.
  var values: HDF5Values { get throws { try numbers.values } }
}
