/// The elements of a dataset in blocks of equal dimensions, each stored, and perhaps packed, on its own.
///
/// Keras and we write none; people pack files with them.
struct HDF5Chunks {
  /// The bytes of chunks that may be larger than all elements: those of datasets that were to grow.
  private static let growing = 16 << 20
  /// How many times the bytes of all elements the chunks may have together: they stand out over the edges.
  private static let edges = 32

  /// Nothing was ever written, if nil.
  private let tree: Int?
  /// The dimensions of a chunk.
  private let dimensions: [Int]
  /// The size of an element, as the layout has it.
  private let elementSize: Int

  /// A chunk as it stands in the file.
  struct Stored {
    let content: ArraySlice<UInt8>
    /// Bit by bit, which filters were left out.
    let skippedFilters: Int
    /// Its first element.
    let offset: [Int]
  }

  /// - Parameter layout: the rest of the message.
  init(_ layout: HDF5Cursor) throws {
    var layout = layout
    let rank = try layout.uint8()
    tree = try layout.address()
    let sizes = try (0..<rank).map { _ in try layout.uint32() }
    guard sizes.count > 1, !sizes.contains(0) else {
      throw HDF5Error.Problem.malformed(reason: "its chunks have no size")
    }
    dimensions = sizes.dropLast()
    elementSize = sizes[sizes.count - 1]
  }

  /// The chunks that are in the file.
  ///
  /// - Parameters:
  ///   - rank: the number of the dataset's dimensions.
  ///   - isPacked: what is packed may become so much more that it is looked at once only.
  func stored(rank: Int, isPacked: Bool, in storage: HDF5Storage) throws -> [Stored] {
    guard rank == dimensions.count else {
      throw HDF5Error.Problem.malformed(reason: "its chunks have other dimensions than itself")
    }
    guard let tree else { return [] }
    return try HDF5Tree.leaves(at: tree, .chunks, keyCount: 16 + 8 * rank, in: storage).map { leaf in
      var key = leaf.key
      let (count, skippedFilters) = (try key.uint32(), try key.uint32())
      if isPacked { try storage.spend((HDF5Storage.readings - 1) * count) }
      return Stored(
        content: try storage.region(at: leaf.child, count: count).rest, skippedFilters: skippedFilters,
        offset: try (0..<rank).map { _ in try key.size() })
    }
  }

  /// The elements of all chunks.
  ///
  /// - Parameter dimensions: of the dataset, whose elements are no more than the file can hold.
  func elements(
    _ stored: [Stored], dimensions whole: [Int], elementSize: Int, _ filters: [HDF5Filter], in storage: HDF5Storage
  ) throws -> ArraySlice<UInt8> {
    guard elementSize == self.elementSize else {
      throw HDF5Error.Problem.malformed(reason: "its chunks have other elements than itself")
    }
    guard !whole.contains(0) else { return [] }
    let size = whole.reduce(elementSize, *)
    let chunkSize = try HDF5Dataspace.count(dimensions + [elementSize], maximum: .max)
    try checkCoverage(stored, whole)
    guard chunkSize <= max(size, Self.growing), chunkSize / Self.edges * stored.count <= size + Self.growing else {
      throw HDF5Error.Problem.malformed(reason: "its chunks are much larger than itself")
    }
    // The elements, and a chunk while its filters are undone.
    try HDF5Memory.check(size + 3 * chunkSize)
    var elements = [UInt8](repeating: 0, count: size)
    for chunk in stored {
      let content = try HDF5Filter.unpacked(chunk.content, filters, skipped: chunk.skippedFilters, count: chunkSize)
      copy(content, of: chunk, to: &elements, whole, elementSize)
    }
    return elements[...]
  }

  /// Refuses chunks that leave something out, or say it twice.
  private func checkCoverage(_ stored: [Stored], _ whole: [Int]) throws {
    let grid = zip(whole, dimensions).map { ($0 + $1 - 1) / $1 }
    let expected = try HDF5Dataspace.count(grid, maximum: .max)
    var seen = Set<Int>()
    for chunk in stored {
      var index = 0
      for axis in grid.indices {
        guard chunk.offset[axis] % dimensions[axis] == 0, chunk.offset[axis] < whole[axis] else {
          throw HDF5Error.Problem.malformed(reason: "a chunk of it is out of place")
        }
        index = index * grid[axis] + chunk.offset[axis] / dimensions[axis]
      }
      guard seen.insert(index).inserted else {
        throw HDF5Error.Problem.malformed(reason: "two chunks of it have the same place")
      }
    }
    guard seen.count == expected else {
      throw HDF5Error.Problem.unexpected(
        expected: "all of its values", found: "\(seen.count) of \(expected) chunks: the others were never written")
    }
  }

  /// Brings the rows of a chunk to their places; what stands out over the edges is left out.
  private func copy(
    _ content: [UInt8], of chunk: Stored, to elements: inout [UInt8], _ whole: [Int], _ elementSize: Int
  ) {
    let counts = whole.indices.map { min(dimensions[$0], whole[$0] - chunk.offset[$0]) }
    let rowSize = (counts.last ?? 1) * elementSize
    for row in 0..<counts.dropLast().reduce(1, *) {
      // Which row that is, axis by axis from the last but one.
      var (rest, source, target) = (row, 0, 0)
      var (sourceStride, targetStride) = (dimensions.last ?? 1, whole.last ?? 1)
      for axis in counts.indices.dropLast().reversed() {
        let position = rest % counts[axis]
        rest /= counts[axis]
        source += position * sourceStride
        target += (chunk.offset[axis] + position) * targetStride
        sourceStride *= dimensions[axis]
        targetStride *= whole[axis]
      }
      target = (target + (chunk.offset.last ?? 0)) * elementSize
      source *= elementSize
      elements.replaceSubrange(target..<target + rowSize, with: content[source..<source + rowSize])
    }
  }
}
