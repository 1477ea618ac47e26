import DurableFiles

/// A numeric dataset whose rows are read on demand, with memory for them and for one chunk.
package struct HDF5Array: Sendable {
  /// The kinds of numbers.
  package enum Kind: Sendable {
    /// Bytes, 0 for false.
    case bool
    case signed
    case unsigned
    /// IEEE 754.
    case float
  }

  /// The values, by their layout.
  private enum Content: Sendable {
    /// The range in the file of all values in row-major order.
    case range(Range<Int>)
    /// Values in the header itself.
    case compact([UInt8])
    case chunks(HDF5Chunks, stored: [HDF5Chunks.Stored], size: Int)
  }

  /// The path in the file.
  package let path: String
  /// The rows, and the dimensions of a row; empty for a scalar.
  package let dimensions: [Int]
  package let kind: Kind
  /// The size of an element in bytes.
  package let elementSize: Int
  package let isBigEndian: Bool
  private let content: Content
  private let filters: [HDF5Filter]
  private let place: HDF5Place
  private let storage: HDF5Storage

  /// - Throws: `HDF5Error.Problem` if the values are no numbers, or more than the file can contain.
  init(_ dataset: HDF5Dataset, at place: HDF5Place, in storage: HDF5Storage) throws {
    (self.place, self.storage, path) = (place, storage, place.object)
    (dimensions, elementSize, filters) = (dataset.dimensions, dataset.type.size, dataset.filters)
    switch dataset.type.kind {
    case .float(let isBigEndian): (kind, self.isBigEndian) = (.float, isBigEndian)
    case .integer(let isBigEndian, let isSigned), .names(let isBigEndian, let isSigned):
      (kind, self.isBigEndian) = (isSigned ? .signed : .unsigned, isBigEndian)
    case .bool: (kind, isBigEndian) = (.bool, false)
    default: throw HDF5Error.Problem.unexpected(expected: "numbers", found: dataset.type.wording)
    }
    content = try Self.content(of: dataset, in: storage)
  }

  private static func content(of dataset: HDF5Dataset, in storage: HDF5Storage) throws -> Content {
    switch dataset.layout {
    case .compact(let content):
      return .compact(Array(content.rest.prefix(try dataset.count(inBytes: content.remaining) * dataset.type.size)))
    case .contiguous(let address):
      let most = address.map { max(storage.end - storage.base - $0, 0) } ?? 0
      let size = try dataset.count(inBytes: most) * dataset.type.size
      return .range(try storage.range(at: address ?? 0, count: size))
    case .chunked(let chunks):
      let stored = try chunks.stored(of: dataset, in: storage)
      // No byte belongs to two chunks, so that a small file cannot have many values.
      let packed = stored.packedSize
      guard packed <= storage.bytes.count else {
        throw HDF5Error.Problem.malformed(reason: "its structures are circular or overlap")
      }
      let count = try dataset.count(inBytes: HDF5Filter.mostBytes(packed, dataset.filters))
      guard count > 0 else { return .compact([]) }
      let size = try chunks.checkedSize(stored, dataset.dimensions, dataset.type.size, dataset.filters)
      return .chunks(chunks, stored: stored.sorted { $0.offset[0] < $1.offset[0] }, size: size)
    case .otherFiles:
      throw HDF5Error.Problem.unexpected(expected: "values in this file", found: "values in other files")
    }
  }

  /// The range in the file of all values in row-major order; nil if they are in chunks, or in the header.
  package var range: Range<Int>? {
    guard case .range(let range) = content else { return nil }
    return range
  }

  /// The rows of the dataset in a chunk: reading fewer at a time unpacks chunks more than once.
  package var chunkRows: Int {
    guard case .chunks(let chunks, _, _) = content else { return 1 }
    return min(chunks.dimensions[0], max(dimensions[0], 1))
  }

  /// Reads rows as they are stored, in row-major order.
  ///
  /// - Parameter output: of the size of the rows.
  /// - Throws: `HDF5Error`.
  package func read(rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    let rowSize = dimensions.dropFirst().reduce(elementSize, *)
    precondition(output.count == rows.count * rowSize, "the output has another size than the rows")
    let part = rows.lowerBound * rowSize..<rows.upperBound * rowSize
    switch content {
    case .range(let range):
      let place = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
      storage.bytes.withUnsafeBytes(place) { output.copyMemory(from: $0) }
    case .compact(let bytes):
      bytes[part].withUnsafeBytes { output.copyMemory(from: $0) }
    case .chunks(let chunks, let stored, let size):
      try place.locating { try read(rows, of: chunks, stored, chunkSize: size, into: output) }
    }
  }

  private func read(
    _ rows: Range<Int>, of chunks: HDF5Chunks, _ stored: [HDF5Chunks.Stored], chunkSize: Int,
    into output: UnsafeMutableRawBufferPointer
  ) throws {
    try HDF5Memory.check(0, unpackingChunkOf: chunkSize)
    // The first chunk that reaches into the rows.
    let first = rows.lowerBound / chunks.dimensions[0] * chunks.dimensions[0]
    var (low, high) = (0, stored.count)
    while low < high {
      let middle = (low + high) / 2
      if stored[middle].offset[0] < first { low = middle + 1 } else { high = middle }
    }
    for chunk in stored[low...].prefix(while: { $0.offset[0] < rows.upperBound }) {
      let packed = storage.bytes.slice(try storage.range(at: chunk.address, count: chunk.count))
      let content = try HDF5Filter.unpacked(packed, filters, skipped: chunk.skippedFilters, count: chunkSize)
      chunks.copy(content, of: chunk, rows: rows, to: output, dimensions, elementSize)
    }
  }
}

extension HDF5Group {
  /// A numeric dataset with a name or relative path.
  ///
  /// - Throws: `HDF5Error` if it is missing, no dataset of numbers, or has more values than the file can contain.
  package func array(_ name: String) throws -> HDF5Array {
    let (object, path) = try existing(name)
    let place = HDF5Place(file: file, object: path)
    return try place.locating { try HDF5Array(HDF5Dataset(object), at: place, in: objects.storage) }
  }

  /// The paths of the first datasets in the group and its subgroups, sorted within each group.
  ///
  /// - Parameter limit: the maximum number of paths.
  package func datasetPaths(limit: Int) -> [String] {
    var (paths, visits) = ([String](), 0)
    collect(into: &paths, limit: limit, depth: 0, visits: &visits)
    return paths
  }

  /// Links may form cycles: depth and number of visited groups are limited.
  private func collect(into paths: inout [String], limit: Int, depth: Int, visits: inout Int) {
    visits += 1
    guard depth < 16, visits < 1000 else { return }
    for name in names where paths.count < limit {
      if let inner = try? group(name) {
        inner.collect(into: &paths, limit: limit, depth: depth + 1, visits: &visits)
      } else {
        paths.append(path == "/" ? "/\(name)" : "\(path)/\(name)")
      }
    }
  }
}
