import HDF5Reading

/// A variable in a file, whose values are read once its shape has been compared with what is needed.
struct StoredTensor: Sendable {
  let name: String
  private let numbers: HDF5Numbers

  /// - Throws: `HDF5Error` if the group has no dataset of the name.
  init(_ name: String, of group: HDF5Group) throws {
    self.name = name
    numbers = try group.numbers(name)
  }

  /// None for a single number.
  var dimensions: [Int] { numbers.dimensions }

  /// - Throws: `HDF5Error` if it holds other numbers than integers and 32-bit floating-point numbers.
  var isInteger: Bool { get throws { try numbers.isInteger } }

  /// In row-major order of `dimensions`.
  ///
  /// - Throws: `HDF5Error`.
  var values: HDF5Values { get throws { try numbers.values } }
}
