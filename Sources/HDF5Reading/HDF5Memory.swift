import Machine

/// The memory for what a file holds.
enum HDF5Memory {
  /// What is not worth asking for.
  private static let small = 1 << 20

  /// - Throws: `HDF5Error.Problem.tooLarge` if `count` bytes cannot be had.
  static func check(_ count: Int) throws {
    guard count <= small || Memory.canHold(count) else { throw HDF5Error.Problem.tooLarge(bytes: count) }
  }
}
