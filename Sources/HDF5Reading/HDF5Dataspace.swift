/// The dimensions of a dataset or an attribute.
///
/// Source: HDF5 File Format Specification 3.0, IV.A.2.b, "The Dataspace Message".
enum HDF5Dataspace {
  private static let mostDimensions = 32

  /// Parses the dimensions: empty for a scalar, `[0]` for a null dataspace.
  ///
  /// - Throws: `HDF5Error.Problem`.
  static func dimensions(_ message: HDF5Cursor) throws -> [Int] {
    var message = message
    let version = try message.uint8()
    let rank = try message.uint8()
    try message.skip(1)
    guard rank <= mostDimensions else {
      throw HDF5Error.Problem.malformed(reason: "it has \(rank) dimensions")
    }
    switch version {
    case 1: try message.skip(5)
    case 2: if try message.uint8() == 2 { return [0] }
    default: throw HDF5Error.Problem.unsupported(feature: "a newer version of HDF5's dimensions")
    }
    return try (0..<rank).map { _ in try message.size() }
  }

  /// Parses the dimensions up to which a dataset may grow; nil for any.
  ///
  /// - Throws: `HDF5Error.Problem`.
  static func maximum(_ message: HDF5Cursor) throws -> [Int?] {
    let dimensions = try dimensions(message)
    var message = message
    let version = try message.uint8()
    let rank = try message.uint8()
    guard rank == dimensions.count, try message.uint8() & 1 != 0 else { return dimensions }
    try message.skip((version == 1 ? 5 : 1) + 8 * rank)
    // The undefined address is the same number as an unlimited dimension.
    return try dimensions.map { dimension in
      guard let most = try message.address() else { return nil }
      guard most >= dimension else {
        throw HDF5Error.Problem.malformed(reason: "its dimensions exceed their maximum")
      }
      return most
    }
  }

  /// The number of elements.
  ///
  /// - Throws: `HDF5Error.Problem` if there are more than `maximum`.
  static func count(_ dimensions: [Int], maximum: Int) throws -> Int {
    // Checks each dimension even if another one is zero.
    var product = 1
    for dimension in dimensions {
      let (next, overflow) = product.multipliedReportingOverflow(by: max(dimension, 1))
      guard !overflow else { throw tooMany(dimensions, maximum) }
      product = next
    }
    let count = dimensions.contains(0) ? 0 : product
    guard count <= maximum else { throw tooMany(dimensions, maximum) }
    return count
  }

  private static func tooMany(_ dimensions: [Int], _ maximum: Int) -> HDF5Error.Problem {
    .unexpected(expected: "at most \(maximum) values", found: "the dimensions \(dimensions)")
  }
}
