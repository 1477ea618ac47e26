/// A numeric dataset with lazily read values, so that type and dimensions can be checked first.
package struct HDF5Numbers: Sendable {
  /// Empty for a scalar.
  package var dimensions: [Int] { dataset.dimensions }
  private let dataset: HDF5Dataset
  private let place: HDF5Place
  private let storage: HDF5Storage

  init(_ dataset: HDF5Dataset, at place: HDF5Place, in storage: HDF5Storage) {
    (self.dataset, self.place, self.storage) = (dataset, place, storage)
  }

  /// Whether they are integers, instead of little-endian 32-bit floating-point numbers.
  ///
  /// - Throws: `HDF5Error` if they are neither.
  package var isInteger: Bool {
    get throws { try place.locating { try Self.isInteger(dataset.type) } }
  }

  /// The values in row-major order, without rounding.
  ///
  /// - Throws: `HDF5Error` if they are of another kind, more than the file can contain, or do not fit in memory.
  package var values: HDF5Values {
    get throws {
      try place.locating {
        try Self.isInteger(dataset.type)
          ? .integers(dataset.values(in: storage)) : .floats(dataset.values(in: storage))
      }
    }
  }

  private static func isInteger(_ type: HDF5Datatype) throws -> Bool {
    switch (type.kind, type.size) {
    case (.integer, _): return true
    case (.float(isBigEndian: false), 4): return false
    default:
      throw HDF5Error.Problem.unexpected(
        expected: "little-endian 32-bit floating-point numbers", found: type.wording)
    }
  }
}
