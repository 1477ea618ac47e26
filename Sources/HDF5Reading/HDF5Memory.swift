import SystemResources

/// Memory checks for values of a file.
enum HDF5Memory {
  /// The size below which no check is made.
  private static let small = 1 << 20

  /// - Parameter chunkSize: the size of a chunk that is unpacked at the same time.
  /// - Throws: `HDF5Error.Problem.tooLarge` if `count` bytes cannot be allocated.
  static func check(_ count: Int, unpackingChunkOf chunkSize: Int = 0) throws {
    // A chunk as it is stored, between two filters, and unpacked.
    let (chunks, areTooLarge) = chunkSize.multipliedReportingOverflow(by: 3)
    let (sum, isTooLarge) = count.addingReportingOverflow(chunks)
    let total = areTooLarge || isTooLarge ? .max : sum
    guard total <= small || Memory.canHold(total) else { throw HDF5Error.Problem.tooLarge(bytes: total) }
  }
}
