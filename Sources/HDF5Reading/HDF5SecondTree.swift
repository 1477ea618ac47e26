/// The index of chunks in a dataset that can grow along several axes: a B-tree of version 2.
///
/// Source: HDF5 File Format Specification 3.0, III.A.2, "Disk Format: Level 1A2 - Version 2 B-trees".
struct HDF5SecondTree {
  /// The record types of chunks without filters and with them.
  private static let types = [10, 11]
  /// The size of the header without its checksum.
  private static let headerSize = 34
  /// Signature, version, type and checksum of a node.
  private static let nodeOverhead = 10
  private static let deepest = 32

  private let type: Int
  private let recordSize: Int
  private let entries: HDF5ChunkIndex.EntryType
  private let rank: Int
  private let storage: HDF5Storage
  /// The size of a child's address with its numbers of records, by the level of the node; 0 for leaves.
  private let pointerSizes: [Int]
  /// The size of a child's number of records.
  private let countSize: Int
  private let root: (address: Int?, count: Int)

  /// - Throws: `HDF5Error.Problem`.
  init(at address: Int, rank: Int, chunkSize: Int, in storage: HDF5Storage) throws {
    var header = try storage.block("BTHD", at: address, count: Self.headerSize, "a tree of chunks")
    let version = try header.uint8()
    type = try header.uint8()
    let nodeSize = try header.uint32()
    recordSize = try header.uint16()
    let depth = try header.uint16()
    try header.skip(2)
    root = (try header.address(), try header.uint16())
    let offsetsSize = 8 * rank
    guard version == 0, let client = Self.types.firstIndex(of: type), depth <= Self.deepest,
      recordSize > offsetsSize, nodeSize >= Self.nodeOverhead + recordSize
    else {
      throw HDF5Error.Problem.malformed(reason: "the header of its chunk index is inconsistent")
    }
    entries = try HDF5ChunkIndex.EntryType(client: client, size: recordSize - offsetsSize, chunkSize: chunkSize)
    self.rank = rank
    self.storage = storage
    (pointerSizes, countSize) = Self.pointerSizes(depth: depth, nodeSize: nodeSize, recordSize: recordSize)
  }

  /// The sizes of pointers follow from the numbers of records that the nodes of a level, and all below them, can have.
  private static func pointerSizes(depth: Int, nodeSize: Int, recordSize: Int) -> ([Int], countSize: Int) {
    func width(_ most: Int) -> Int { (Int.bitWidth - 1 - max(most, 1).leadingZeroBitCount) / 8 + 1 }
    let leaf = (nodeSize - nodeOverhead) / recordSize
    let countSize = width(leaf)
    var (sizes, total, totalSize) = ([0], leaf, 0)
    for _ in 0..<depth {
      let size = 8 + countSize + totalSize
      let most = max(nodeSize - nodeOverhead - size, 0) / (recordSize + size)
      let (product, isTooLarge) = (most + 1).multipliedReportingOverflow(by: total)
      let (sum, isBeyond) = product.addingReportingOverflow(most)
      total = isTooLarge || isBeyond ? .max : sum
      totalSize = width(total)
      sizes.append(size)
    }
    return (sizes, countSize)
  }

  /// Calls `body` with the entry of each stored chunk, and its position along each axis, in chunks.
  ///
  /// - Throws: `HDF5Error.Problem`.
  func visit(_ body: (HDF5ChunkIndex.Entry, _ position: [Int]) throws -> Void) throws {
    guard let address = root.address else { return }
    try visit(address, count: root.count, level: pointerSizes.count - 1, body)
  }

  private func visit(
    _ address: Int, count: Int, level: Int, _ body: (HDF5ChunkIndex.Entry, [Int]) throws -> Void
  ) throws {
    let pointerSize = pointerSizes[level]
    let pointers = level > 0 ? (count + 1) * pointerSize : 0
    var node = try storage.block(
      level > 0 ? "BTIN" : "BTLF", at: address,
      count: Self.nodeOverhead - HDF5Checksum.size + count * recordSize + pointers, "a tree of chunks")
    let version = try node.uint8()
    guard version == 0, try node.uint8() == type else {
      throw HDF5Error.Problem.malformed(reason: "a tree in it is inconsistent")
    }
    for _ in 0..<count {
      var record = try node.part(recordSize)
      let entry = try entries.read(&record)
      let position = try (0..<rank).map { _ in try record.size() }
      if let entry { try body(entry, position) }
    }
    guard level > 0 else { return }
    for _ in 0...count {
      var pointer = try node.part(pointerSize)
      guard let child = try pointer.address() else {
        throw HDF5Error.Problem.malformed(reason: "a branch of a tree has no address")
      }
      try visit(child, count: Int(pointer.number(countSize)), level: level - 1, body)
    }
  }
}
