/// An attribute of a group.
///
/// Source: HDF5 File Format Specification 3.0, IV.A.2.m, "The Attribute Message".
struct HDF5Attribute {
  let type: HDF5Datatype
  let dimensions: [Int]
  let elements: ArraySlice<UInt8>

  /// - Throws: `HDF5Error.Problem`.
  init(_ message: HDF5Cursor) throws {
    var prefix = try Prefix(message)
    _ = try prefix.part(0)
    guard prefix.sharing & 3 == 0 else { throw HDF5Error.Problem.unsupported(feature: "named types") }
    type = try HDF5Datatype(prefix.part(1))
    dimensions = try HDF5Dataspace.dimensions(prefix.part(2))
    let count = try HDF5Dataspace.count(dimensions, maximum: prefix.message.remaining / type.size)
    elements = prefix.message.rest.prefix(count * type.size)
  }

  static func name(_ message: HDF5Cursor) throws -> String {
    var prefix = try Prefix(message)
    var name = try prefix.part(0)
    return try name.text()
  }

  /// The start of the message, with the sizes of its three parts: name, type, dimensions.
  private struct Prefix {
    var message: HDF5Cursor
    /// Which of the parts are shared, stored elsewhere.
    let sharing: Int
    private let sizes: [Int]
    private let isAligned: Bool

    init(_ message: HDF5Cursor) throws {
      self.message = message
      let version = try self.message.uint8()
      guard (1...3).contains(version) else {
        throw HDF5Error.Problem.unsupported(feature: "a newer version of HDF5's attributes")
      }
      isAligned = version == 1
      let flags = try self.message.uint8()
      sharing = version == 1 ? 0 : flags
      sizes = [try self.message.uint16(), try self.message.uint16(), try self.message.uint16()]
      if version == 3 { try self.message.skip(1) }
    }

    mutating func part(_ index: Int) throws -> HDF5Cursor {
      let part = try message.part(sizes[index])
      if isAligned { try message.align() }
      return part
    }
  }
}
