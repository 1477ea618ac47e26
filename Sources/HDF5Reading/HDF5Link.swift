/// A link of a group: the target of a name.
enum HDF5Link {
  /// A hard link: the address of an object header.
  case object(address: Int)
  /// An external or symbolic link.
  case elsewhere

  /// Source: HDF5 File Format Specification 3.0, IV.A.2.g, "The Link Message".
  static func message(_ body: HDF5Cursor) throws -> (name: String, link: HDF5Link) {
    var body = body
    guard try body.uint8() == 1 else { throw HDF5Error.Problem.unsupported(feature: "a newer version of HDF5's links") }
    let flags = try body.uint8()
    let type = flags & 0x08 == 0 ? 0 : try body.uint8()
    // The creation order, and the encoding of the name.
    try body.skip((flags & 0x04 == 0 ? 0 : 8) + (flags & 0x10 == 0 ? 0 : 1))
    let count = Int(clamping: try body.number(1 << (flags & 3)))
    let name = String(decoding: try body.part(count).rest, as: UTF8.self)
    guard type == 0 else { return (name, .elsewhere) }
    return (name, try link(to: body.address(), name))
  }

  static func link(to address: Int?, _ name: String) throws -> HDF5Link {
    guard let address else { throw HDF5Error.Problem.malformed(reason: "its link '\(name)' has no target") }
    return .object(address: address)
  }
}
