/// A dataset of numbers, whose values are read when they are asked for: what it says of itself is compared with what is
/// needed first.
package struct HDF5Numbers: Sendable {
  /// None for a single number.
  package var dimensions: [Int] { dataset.dimensions }
  private let dataset: HDF5Dataset
  private let place: HDF5Place
  private let storage: HDF5Storage

  init(_ dataset: HDF5Dataset, at place: HDF5Place, in storage: HDF5Storage) {
    (self.dataset, self.place, self.storage) = (dataset, place, storage)
  }

  /// Whether they are integers, or little-endian 32-bit floating-point numbers.
  ///
  /// - Throws: `HDF5Error` if they are neither.
  package var isInteger: Bool {
    get throws { try place.locating { try Self.isInteger(dataset.type) } }
  }

  /// The values in row-major order. Nothing is rounded.
  ///
  /// - Throws: `HDF5Error` if they are of another kind, or more than the file can hold or the memory.
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
