/// The chunked layout of a dataset: blocks of equal dimensions, each stored and optionally compressed separately.
///
/// Neither Keras nor Martlet writes chunks; users compress files with them.
struct HDF5Chunks {
  /// The size up to which chunks may be larger than the dataset, as in resizable datasets: what unpacks to much more than
  /// it holds is refused before it is unpacked.
  private static let growing = 256 << 20
  /// The maximum total size of the chunks relative to the dataset: edge chunks extend past its bounds.
  private static let edges = 32

  let index: HDF5ChunkIndex
  /// The address of the index, or of the chunks themselves; nil if nothing was written.
  let address: Int?
  /// Whether chunks that extend past the dataset's bounds are not filtered.
  let hasPlainEdges: Bool
  /// The dimensions of a chunk.
  let dimensions: [Int]
  /// The size of an element according to the layout.
  let elementSize: Int

  /// A stored chunk.
  struct Stored {
    let address: Int
    /// The stored size in bytes.
    let count: Int
    /// A bit mask of the skipped filters.
    let skippedFilters: Int
    /// The offset of its first element, per axis.
    let offset: [Int]
  }

  /// - Parameter layout: the rest of a message of version 3.
  init(_ layout: HDF5Cursor) throws {
    var layout = layout
    let rank = try layout.uint8()
    address = try layout.address()
    (index, hasPlainEdges) = (.tree, false)
    (dimensions, elementSize) = try Self.sizes((0..<rank).map { _ in try layout.uint32() })
  }

  /// - Parameter layout: the rest of a message of version 4 or 5.
  init(indexed layout: HDF5Cursor) throws {
    var layout = layout
    let flags = try layout.uint8()
    let (rank, width) = (try layout.uint8(), try layout.uint8())
    guard (1...8).contains(width) else { throw Self.noSize }
    (dimensions, elementSize) = try Self.sizes(
      (0..<rank).map { _ in
        guard let size = Int(exactly: try layout.number(width)) else { throw Self.noSize }
        return size
      })
    hasPlainEdges = flags & 1 != 0
    index = try Self.index(&layout, isFiltered: flags & 2 != 0)
    address = try layout.address()
  }

  private static var noSize: HDF5Error.Problem { .malformed(reason: "its chunks have no size") }

  private static func sizes(_ sizes: [Int]) throws -> (dimensions: [Int], elementSize: Int) {
    guard sizes.count > 1, !sizes.contains(0) else { throw noSize }
    return (sizes.dropLast(), sizes[sizes.count - 1])
  }

  /// Reads the type of an index, and skips the parameters that its header repeats.
  private static func index(_ layout: inout HDF5Cursor, isFiltered: Bool) throws -> HDF5ChunkIndex {
    switch try layout.uint8() {
    case 1: return .single(filtered: isFiltered ? (try layout.size(), try layout.uint32()) : nil)
    case 2: return .implicit
    case 3:
      try layout.skip(1)
      return .fixedArray
    case 4:
      try layout.skip(5)
      return .extensibleArray
    case 5:
      try layout.skip(6)
      return .secondTree
    case let type: throw HDF5Error.Problem.unsupported(feature: "a newer HDF5 layout (chunk index \(type))")
    }
  }

  /// The elements of all chunks.
  ///
  /// - Parameter dimensions: of the dataset, already checked against the file size.
  func elements(
    _ stored: [Stored], dimensions whole: [Int], elementSize: Int, _ filters: [HDF5Filter], in storage: HDF5Storage
  ) throws -> ArraySlice<UInt8> {
    guard !whole.contains(0) else { return [] }
    let size = whole.reduce(elementSize, *)
    let chunkSize = try checkedSize(stored, whole, elementSize, filters)
    try HDF5Memory.check(size, unpackingChunkOf: chunkSize)
    var elements = [UInt8](repeating: 0, count: size)
    for chunk in stored {
      // Compressed data may expand a lot: it is read only once.
      if !filters.isEmpty { try storage.spend((HDF5Storage.readings - 1) * chunk.count) }
      let packed = try storage.region(at: chunk.address, count: chunk.count).rest
      let content = try HDF5Filter.unpacked(packed, filters, skipped: chunk.skippedFilters, count: chunkSize)
      elements.withUnsafeMutableBytes { copy(content, of: chunk, rows: 0..<whole[0], to: $0, whole, elementSize) }
    }
    return elements[...]
  }

  /// The size of a chunk in bytes. It may be larger than the dataset, if that can grow.
  ///
  /// - Throws: `HDF5Error.Problem` if it is much larger, or larger than the stored bytes of each chunk can unpack to.
  func checkedSize(_ stored: [Stored], _ whole: [Int], _ elementSize: Int, _ filters: [HDF5Filter]) throws -> Int {
    guard elementSize == self.elementSize else {
      throw HDF5Error.Problem.malformed(reason: "its chunks have a different element size")
    }
    let size = try HDF5Dataspace.count(dimensions + [elementSize], maximum: .max)
    let datasetSize = try HDF5Dataspace.count(whole + [elementSize], maximum: .max)
    let (total, isTooLarge) = (size / Self.edges).multipliedReportingOverflow(by: stored.count)
    guard !isTooLarge, size <= max(datasetSize, Self.growing), total - Self.growing <= datasetSize else {
      throw HDF5Error.Problem.malformed(reason: "its chunks are much larger than the dataset")
    }
    guard size <= HDF5Filter.mostBytes(stored.map(\.count).min() ?? 0, filters) else { throw HDF5Filter.damaged }
    return size
  }

  /// Refuses missing and overlapping chunks.
  func checkCoverage(_ stored: [Stored], _ whole: [Int]) throws {
    let grid = zip(whole, dimensions).map(HDF5ChunkGrid.count)
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

  /// Copies a chunk to the output, clipped to the dataset's bounds and to some of its rows.
  ///
  /// - Parameters:
  ///   - rows: along the first axis.
  ///   - output: the elements of these rows.
  func copy(
    _ content: [UInt8], of chunk: Stored, rows: Range<Int>, to output: UnsafeMutableRawBufferPointer, _ whole: [Int],
    _ elementSize: Int
  ) {
    // The part of the chunk, per axis.
    var firsts = [Int](repeating: 0, count: whole.count)
    var counts = whole.indices.map { min(dimensions[$0], whole[$0] - chunk.offset[$0]) }
    let clipped = (chunk.offset[0]..<chunk.offset[0] + counts[0]).clamped(to: rows)
    (firsts[0], counts[0]) = (clipped.lowerBound - chunk.offset[0], clipped.count)
    guard !clipped.isEmpty, let last = counts.last else { return }
    let runSize = last * elementSize
    content.withUnsafeBytes { content in
      for run in 0..<counts.dropLast().reduce(1, *) {
        // The index per axis, from the last: a run along that one is copied at once.
        var (rest, source, target) = (run, 0, 0)
        var (sourceStride, targetStride) = (1, 1)
        for axis in counts.indices.reversed() {
          let index = axis == counts.count - 1 ? 0 : rest % counts[axis]
          if axis < counts.count - 1 { rest /= counts[axis] }
          let position = firsts[axis] + index
          source += position * sourceStride
          target += (chunk.offset[axis] + position - (axis == 0 ? rows.lowerBound : 0)) * targetStride
          sourceStride *= dimensions[axis]
          targetStride *= whole[axis]
        }
        let part = content[source * elementSize..<source * elementSize + runSize]
        let place = target * elementSize..<target * elementSize + runSize
        UnsafeMutableRawBufferPointer(rebasing: output[place]).copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
      }
    }
  }
}
