/// How the chunks of a dataset are found.
///
/// Source: HDF5 File Format Specification 3.0, IV.A.2.i, "The Data Layout Message". Version 5, which HDF5 2.0 writes for
/// filtered chunks, has other widths of sizes, which the indexes state themselves.
enum HDF5ChunkIndex {
  /// A B-tree of version 1: the default of all versions of HDF5.
  case tree
  /// One chunk; its stored size and skipped filters if it is filtered.
  case single(filtered: (count: Int, skippedFilters: Int)?)
  /// Chunks one after the other, without filters.
  case implicit
  case fixedArray
  case extensibleArray
  /// A B-tree of version 2.
  case secondTree

  /// Whether entries are in the order of an axis that can grow, wherever it is.
  var isOfGrowingAxis: Bool { if case .extensibleArray = self { true } else { false } }

  /// An entry of an index: where a chunk is.
  struct Entry {
    let address: Int
    /// The stored size in bytes.
    let count: Int
    /// A bit mask of the skipped filters.
    let skippedFilters: Int
  }

  /// The entry type of an index.
  struct EntryType {
    /// Whether entries state a stored size and the skipped filters.
    let isFiltered: Bool
    /// The size of an entry in bytes.
    let size: Int
    /// The size of a chunk that is not filtered.
    let chunkSize: Int

    private static let addressSize = 8
    private static let maskSize = 4

    /// - Parameter client: 0 for chunks without filters, 1 for filtered ones.
    /// - Throws: `HDF5Error.Problem` for another client, or a size that does not suit.
    init(client: Int, size: Int, chunkSize: Int) throws {
      isFiltered = client == 1
      let widths = isFiltered ? Self.addressSize + Self.maskSize + 1...Self.addressSize + Self.maskSize + 8 : 8...8
      guard (0...1).contains(client), widths.contains(size) else {
        throw HDF5Error.Problem.malformed(reason: "the entries of its chunk index have an invalid size")
      }
      (self.size, self.chunkSize) = (size, chunkSize)
    }

    /// Reads the entry at a position of a block; nil if the chunk is not stored.
    func read(_ block: HDF5Cursor, at position: Int) throws -> Entry? {
      var block = block
      try block.skip(HDF5Storage.address(0, position, of: size))
      return try read(&block)
    }

    /// Reads an entry; nil if the chunk is not stored.
    func read(_ bytes: inout HDF5Cursor) throws -> Entry? {
      let address = try bytes.address()
      guard isFiltered else { return address.map { Entry(address: $0, count: chunkSize, skippedFilters: 0) } }
      let count = try bytes.number(size - Self.addressSize - Self.maskSize)
      let mask = try bytes.uint32()
      guard let address else { return nil }
      return Entry(address: address, count: Int(exactly: count) ?? .max, skippedFilters: mask)
    }
  }
}

/// The order of a dataset's chunks in an index.
struct HDF5ChunkGrid {
  /// The chunks per axis within the dataset's bounds.
  let counts: [Int]
  private let chunk: [Int]
  /// The distance in the index of neighbors along each axis.
  private let strides: [Int]

  /// - Parameters:
  ///   - maximum: the dimensions up to which the dataset may grow, nil for any.
  ///   - growingAxisFirst: whether the axis without a maximum is the slowest in the index, wherever it is.
  /// - Throws: `HDF5Error.Problem` if there are more chunks than an index can have.
  init(_ dimensions: [Int], maximum: [Int?], chunk: [Int], growingAxisFirst: Bool) throws {
    self.chunk = chunk
    counts = zip(dimensions, chunk).map(Self.count)
    var order = Array(counts.indices)
    if growingAxisFirst, let growing = maximum.firstIndex(where: { $0 == nil }) {
      order.insert(order.remove(at: growing), at: 0)
    }
    var strides = [Int](repeating: 1, count: counts.count)
    var stride = 1
    for (place, axis) in order.enumerated().reversed() {
      strides[axis] = stride
      guard place > 0 else { break }
      guard let most = maximum[axis] else {
        throw HDF5Error.Problem.malformed(reason: "its chunk index cannot grow along its axes")
      }
      let (next, isTooLarge) = stride.multipliedReportingOverflow(by: Self.count(most, chunk[axis]))
      guard !isTooLarge else { throw Self.tooMany }
      stride = next
    }
    self.strides = strides
  }

  /// The number of chunks of a size that cover a dimension.
  static func count(_ dimension: Int, _ size: Int) -> Int { dimension / size + (dimension % size == 0 ? 0 : 1) }

  private static var tooMany: HDF5Error.Problem { .malformed(reason: "it has more chunks than any file") }

  /// The number of chunks.
  ///
  /// - Parameter limit: the maximum number.
  /// - Throws: `HDF5Error.Problem` if there are more.
  func count(limit: Int) throws -> Int {
    let count = try HDF5Dataspace.count(counts, maximum: .max)
    guard count <= limit else {
      throw HDF5Error.Problem.unexpected(expected: "all of its values", found: "a file too small for \(count) chunks")
    }
    return count
  }

  /// The offset of a chunk's first element, and the chunk's position in the index.
  ///
  /// - Throws: `HDF5Error.Problem` for a position beyond any file.
  func chunk(_ number: Int) throws -> (offset: [Int], position: Int) {
    var (rest, position) = (number, 0)
    var offset = [Int](repeating: 0, count: counts.count)
    for axis in counts.indices.reversed() {
      let index = rest % counts[axis]
      rest /= counts[axis]
      offset[axis] = index * chunk[axis]
      let (step, isTooFar) = index.multipliedReportingOverflow(by: strides[axis])
      let (next, isBeyond) = position.addingReportingOverflow(step)
      guard !isTooFar, !isBeyond else { throw Self.tooMany }
      position = next
    }
    return (offset, position)
  }
}
