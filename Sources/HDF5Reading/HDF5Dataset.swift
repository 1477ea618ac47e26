/// A dataset: the type of its elements and their storage layout.
struct HDF5Dataset {
  let type: HDF5Datatype
  let dimensions: [Int]
  /// The dimensions up to which it may grow; nil for any.
  let maximum: [Int?]
  let layout: Layout
  let filters: [HDF5Filter]

  /// Source: HDF5 File Format Specification 3.0, IV.A.2.i, "The Data Layout Message".
  enum Layout {
    /// Compact: in the header itself.
    case compact(HDF5Cursor)
    /// Contiguous; nil if nothing was written.
    case contiguous(address: Int?)
    case chunked(HDF5Chunks)
    case otherFiles
  }

  /// - Throws: `HDF5Error.Problem`.
  init(_ object: HDF5Object) throws {
    type = try HDF5Datatype(object.description(HDF5Object.Message.datatype))
    dimensions = try HDF5Dataspace.dimensions(object.description(HDF5Object.Message.dataspace))
    maximum = try HDF5Dataspace.maximum(object.description(HDF5Object.Message.dataspace))
    let layout = try Self.layout(object.description(HDF5Object.Message.layout))
    self.layout = object.hasDescription(HDF5Object.Message.externalFiles) ? .otherFiles : layout
    filters =
      object.hasDescription(HDF5Object.Message.filters)
      ? try HDF5Filter.pipeline(object.description(HDF5Object.Message.filters), elementSize: type.size) : []
  }

  private static func layout(_ message: HDF5Cursor) throws -> Layout {
    var message = message
    let version = try message.uint8()
    let kind = try message.uint8()
    guard (3...5).contains(version), kind < 4 else {
      throw HDF5Error.Problem.unsupported(feature: "another HDF5 layout (version \(version) of datasets)")
    }
    switch kind {
    case 0: return .compact(try message.part(message.uint16()))
    case 1: return .contiguous(address: try message.address())
    case 2: return .chunked(version == 3 ? try HDF5Chunks(message) : try HDF5Chunks(indexed: message))
    default: return .otherFiles
    }
  }

  /// The decoded bytes of all elements, in row-major order.
  ///
  /// - Throws: `HDF5Error.Problem`, also, before any allocation, if there are more elements than the file can contain.
  func elements(in storage: HDF5Storage) throws -> ArraySlice<UInt8> {
    switch layout {
    case .compact(let content):
      return content.rest.prefix(try count(inBytes: content.remaining) * type.size)
    case .contiguous(let address):
      let most = address.map { max(storage.end - storage.base - $0, 0) } ?? 0
      let size = try count(inBytes: most) * type.size
      return size == 0 ? [] : try storage.region(at: address ?? 0, count: size).rest
    case .chunked(let chunks):
      let stored = try chunks.stored(of: self, in: storage)
      let most = HDF5Filter.mostBytes(stored.packedSize, filters)
      _ = try count(inBytes: most)
      return try chunks.elements(stored, dimensions: dimensions, elementSize: type.size, filters, in: storage)
    case .otherFiles:
      throw HDF5Error.Problem.unexpected(expected: "values in this file", found: "values in other files")
    }
  }

  /// The numbers of all elements, in row-major order.
  ///
  /// - Throws: `HDF5Error.Problem` if they are of another kind, more than the file can contain, or do not fit in
  ///   memory.
  func values<Number: HDF5Number>(in storage: HDF5Storage) throws -> [Number] {
    // An unsupported type is refused before the element count is checked.
    try Number.check(type)
    let elements = try elements(in: storage)
    try HDF5Memory.check(elements.count / type.size * MemoryLayout<Number>.stride)
    return try Number.values(elements, of: type)
  }

  /// Whether the elements are stored contiguously and uncompressed.
  var isInOnePiece: Bool {
    switch layout {
    case .compact, .contiguous: true
    case .chunked, .otherFiles: false
    }
  }

  /// The number of elements, checked against the available `most` bytes.
  func count(inBytes most: Int) throws -> Int {
    guard most > 0 || dimensions.contains(0) else {
      throw HDF5Error.Problem.unexpected(expected: "values", found: "none: nothing was written to the dataset")
    }
    return try HDF5Dataspace.count(dimensions, maximum: most / type.size)
  }
}
