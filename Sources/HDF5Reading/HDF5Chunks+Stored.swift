/// The chunks that a file has of a dataset.
extension HDF5Chunks {
  /// The chunks of a dataset in the file: all of them, or none if nothing was written.
  ///
  /// - Throws: `HDF5Error.Problem` if some are missing, or overlap.
  func stored(of dataset: HDF5Dataset, in storage: HDF5Storage) throws -> [Stored] {
    let stored = try listed(of: dataset, in: storage)
    if !stored.isEmpty { try checkCoverage(stored, dataset.dimensions) }
    return stored
  }

  private func listed(of dataset: HDF5Dataset, in storage: HDF5Storage) throws -> [Stored] {
    let rank = dataset.dimensions.count
    guard rank == dimensions.count else {
      throw HDF5Error.Problem.malformed(reason: "its chunks have a different rank")
    }
    guard let address, !dataset.dimensions.contains(0) else { return [] }
    guard case .tree = index else { return try indexed(at: address, dataset, in: storage) }
    return try HDF5Tree.leaves(at: address, .chunks, keyCount: 16 + 8 * rank, in: storage).map { leaf in
      var key = leaf.key
      let (count, skippedFilters) = (try key.uint32(), try key.uint32())
      _ = try storage.range(at: leaf.child, count: count)
      return Stored(
        address: leaf.child, count: count, skippedFilters: skippedFilters,
        offset: try (0..<rank).map { _ in try key.size() })
    }
  }

  private func indexed(at address: Int, _ dataset: HDF5Dataset, in storage: HDF5Storage) throws -> [Stored] {
    let whole = dataset.dimensions
    let size = try HDF5Dataspace.count(dimensions + [elementSize], maximum: .max)
    var stored: [Stored] = []
    func add(_ entry: HDF5ChunkIndex.Entry?, _ offset: [Int]) throws {
      guard let entry else { return }
      _ = try storage.range(at: entry.address, count: entry.count)
      let isPlain = hasPlainEdges && offset.indices.contains { whole[$0] - offset[$0] < dimensions[$0] }
      stored.append(
        Stored(
          address: entry.address, count: entry.count, skippedFilters: isPlain ? ~0 : entry.skippedFilters,
          offset: offset))
    }
    func addAll(_ entry: (Int) throws -> HDF5ChunkIndex.Entry?) throws {
      let grid = try HDF5ChunkGrid(
        whole, maximum: dataset.maximum, chunk: dimensions, growingAxisFirst: index.isOfGrowingAxis)
      let count = try grid.count(limit: storage.bytes.count)
      try HDF5Memory.check(count * Self.listedSize(rank: whole.count))
      // Chunks that have no entries, or are not stored, take time too.
      try storage.spend(count)
      for number in 0..<count {
        let (offset, position) = try grid.chunk(number)
        try add(entry(position), offset)
      }
    }
    switch index {
    case .tree: break
    case .single(let filtered):
      let (count, mask) = filtered ?? (size, 0)
      try add(.init(address: address, count: count, skippedFilters: mask), [Int](repeating: 0, count: whole.count))
    case .implicit:
      try addAll { position in
        .init(address: try HDF5Storage.address(address, position, of: size), count: size, skippedFilters: 0)
      }
    case .fixedArray:
      let array = try HDF5FixedArray(at: address, chunkSize: size, in: storage)
      try addAll(array.entry)
    case .extensibleArray:
      let array = try HDF5ExtensibleArray(at: address, chunkSize: size, in: storage)
      try addAll(array.entry)
    case .secondTree:
      try HDF5SecondTree(at: address, rank: whole.count, chunkSize: size, in: storage).visit { entry, position in
        try add(entry, zip(position, dimensions).map { try Self.product($0, $1) })
      }
    }
    return stored
  }

  /// The memory for a chunk in the list and in the check of its offset, in bytes.
  private static func listedSize(rank: Int) -> Int {
    2 * MemoryLayout<Stored>.stride + 64 + MemoryLayout<Int>.size * rank
  }

  private static func product(_ position: Int, _ size: Int) throws -> Int {
    let (product, overflow) = position.multipliedReportingOverflow(by: size)
    guard !overflow else { throw HDF5Error.Problem.malformed(reason: "a chunk is misaligned") }
    return product
  }
}

extension [HDF5Chunks.Stored] {
  /// The stored size of all chunks in bytes, which may overlap in a corrupt file.
  var packedSize: Int {
    reduce(0) { sum, chunk in
      let (next, isTooLarge) = sum.addingReportingOverflow(chunk.count)
      return isTooLarge ? .max : next
    }
  }
}
