import SystemResources

/// Memory checks for values of a file.
enum HDF5Memory {
  /// The size below which no check is made.
  private static let small = 1 << 20

  /// - Throws: `HDF5Error.Problem.tooLarge` if `count` bytes cannot be allocated.
  static func check(_ count: Int) throws {
    guard count <= small || Memory.canHold(count) else { throw HDF5Error.Problem.tooLarge(bytes: count) }
  }
}
