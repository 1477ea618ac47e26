/// The chunked layout of a dataset: blocks of equal dimensions, each stored and optionally compressed separately.
///
/// Neither Keras nor Martlet writes chunks; users compress files with them.
struct HDF5Chunks {
  /// The size up to which chunks may be larger than the dataset, as in resizable datasets.
  private static let growing = 16 << 20
  /// The maximum total size of the chunks relative to the dataset: edge chunks extend past its bounds.
  private static let edges = 32

  /// The address of the chunk index; nil if nothing was written.
  private let tree: Int?
  /// The dimensions of a chunk.
  private let dimensions: [Int]
  /// The size of an element according to the layout.
  private let elementSize: Int

  /// A stored chunk.
  struct Stored {
    let content: ArraySlice<UInt8>
    /// A bit mask of the skipped filters.
    let skippedFilters: Int
    /// The offset of its first element, per axis.
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

  /// The chunks in the file.
  ///
  /// - Parameters:
  ///   - rank: the number of the dataset's dimensions.
  ///   - isPacked: whether they are compressed; since compressed data may expand a lot, it is read only once.
  func stored(rank: Int, isPacked: Bool, in storage: HDF5Storage) throws -> [Stored] {
    guard rank == dimensions.count else {
      throw HDF5Error.Problem.malformed(reason: "its chunks have a different rank")
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
  /// - Parameter dimensions: of the dataset, already checked against the file size.
  func elements(
    _ stored: [Stored], dimensions whole: [Int], elementSize: Int, _ filters: [HDF5Filter], in storage: HDF5Storage
  ) throws -> ArraySlice<UInt8> {
    guard elementSize == self.elementSize else {
      throw HDF5Error.Problem.malformed(reason: "its chunks have a different element size")
    }
    guard !whole.contains(0) else { return [] }
    let size = whole.reduce(elementSize, *)
    let chunkSize = try HDF5Dataspace.count(dimensions + [elementSize], maximum: .max)
    try checkCoverage(stored, whole)
    guard chunkSize <= max(size, Self.growing), chunkSize / Self.edges * stored.count <= size + Self.growing else {
      throw HDF5Error.Problem.malformed(reason: "its chunks are much larger than the dataset")
    }
    // The elements, and one chunk during decoding.
    try HDF5Memory.check(size + 3 * chunkSize)
    var elements = [UInt8](repeating: 0, count: size)
    for chunk in stored {
      let content = try HDF5Filter.unpacked(chunk.content, filters, skipped: chunk.skippedFilters, count: chunkSize)
      copy(content, of: chunk, to: &elements, whole, elementSize)
    }
    return elements[...]
  }

  /// Refuses missing and overlapping chunks.
  private func checkCoverage(_ stored: [Stored], _ whole: [Int]) throws {
    let grid = zip(whole, dimensions).map { ($0 + $1 - 1) / $1 }
    let expected = try HDF5Dataspace.count(grid, maximum: .max)
    var seen = Set<Int>()
    for chunk in stored {
      var index = 0
      for axis in grid.indices {
        guard chunk.offset[axis] % dimensions[axis] == 0, chunk.offset[axis] < whole[axis] else {
          throw HDF5Error.Problem.malformed(reason: "a chunk is misaligned")
        }
        index = index * grid[axis] + chunk.offset[axis] / dimensions[axis]
      }
      guard seen.insert(index).inserted else {
        throw HDF5Error.Problem.malformed(reason: "two chunks have the same offset")
      }
    }
    guard seen.count == expected else {
      throw HDF5Error.Problem.unexpected(
        expected: "all of its values", found: "only \(seen.count) of \(expected) chunks")
    }
  }

  /// Copies the rows of a chunk to the output, clipped to the dataset's bounds.
  private func copy(
    _ content: [UInt8], of chunk: Stored, to elements: inout [UInt8], _ whole: [Int], _ elementSize: Int
  ) {
    let counts = whole.indices.map { min(dimensions[$0], whole[$0] - chunk.offset[$0]) }
    let rowSize = (counts.last ?? 1) * elementSize
    for row in 0..<counts.dropLast().reduce(1, *) {
      // The row index per axis, from the second to last.
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
