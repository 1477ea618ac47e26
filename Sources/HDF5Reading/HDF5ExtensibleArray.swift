/// The index of chunks in a dataset that can grow along one axis: blocks of entries that double in size.
///
/// The index block has the first entries, and the addresses of data blocks and of secondary blocks, which have the
/// addresses of further data blocks. Data blocks are in groups: the two groups after each other double in number and in
/// size alternately.
///
/// Source: HDF5 File Format Specification 3.0, VII.D, "Disk Format: The Extensible Array Index".
struct HDF5ExtensibleArray {
  private let entries: HDF5ChunkIndex.EntryType
  private let blocks: HDF5ArrayBlocks
  /// The entries in the index block itself.
  private let firstEntries: Int
  /// The entries of the smallest data block.
  private let blockEntries: Int
  /// The data blocks whose addresses are in the index block.
  private let firstBlocks: Int
  /// The groups of these data blocks.
  private let firstGroups: Int
  private let groups: Int
  /// The entries of a page of a data block.
  private let pageEntries: Int
  /// The size of a block's offset in bytes.
  private let offsetSize: Int
  /// The contents of the index block: entries, and addresses of data blocks and of secondary blocks.
  private let index: HDF5Cursor

  /// The size of the header without its checksum.
  private static let headerSize = 68
  private static let addressSize = 8

  /// - Throws: `HDF5Error.Problem`.
  init(at address: Int, chunkSize: Int, in storage: HDF5Storage) throws {
    var header = try storage.block("EAHD", at: address, count: Self.headerSize, "an array of chunks")
    let (version, client) = (try header.uint8(), try header.uint8())
    entries = try HDF5ChunkIndex.EntryType(client: client, size: header.uint8(), chunkSize: chunkSize)
    let countBits = try header.uint8()
    firstEntries = try header.uint8()
    blockEntries = try header.uint8()
    let pointers = try header.uint8()
    let pageBits = try header.uint8()
    try header.skip(6 * Self.addressSize)
    func isPowerOfTwo(_ number: Int) -> Bool { number > 0 && number & (number - 1) == 0 }
    let blockBits = blockEntries.trailingZeroBitCount
    guard version == 0, isPowerOfTwo(blockEntries), isPowerOfTwo(pointers), pointers > 1, pageBits < 32,
      (1...62).contains(countBits), countBits >= blockBits, let index = try header.address()
    else {
      throw HDF5Error.Problem.malformed(reason: "the header of its chunk index is inconsistent")
    }
    groups = 1 + countBits - blockBits
    firstGroups = 2 * pointers.trailingZeroBitCount
    firstBlocks = 2 * (pointers - 1)
    pageEntries = 1 << pageBits
    offsetSize = (countBits + 7) / 8
    // Data blocks of the first groups have no pages.
    guard firstGroups <= groups, blockEntries << ((firstGroups + 1) / 2) <= pageEntries else {
      throw HDF5Error.Problem.malformed(reason: "the header of its chunk index is inconsistent")
    }
    blocks = HDF5ArrayBlocks(in: storage)
    let size = firstEntries * entries.size + (firstBlocks + groups - firstGroups) * Self.addressSize
    self.index = try blocks.block("EAIB", at: index, count: size, "the first entries of an array of chunks")
  }

  /// The entry at a position; nil if the chunk is not stored.
  func entry(_ position: Int) throws -> HDF5ChunkIndex.Entry? {
    guard position >= firstEntries else { return try entries.read(index, at: position) }
    let rest = position - firstEntries
    // Group g has 2^g times the entries of the smallest data block.
    let group = Int.bitWidth - 1 - (rest / blockEntries + 1).leadingZeroBitCount
    guard group < groups else {
      throw HDF5Error.Problem.malformed(reason: "its chunk index has too few entries for its dimensions")
    }
    let size = blockEntries << ((group + 1) / 2)
    let inGroup = rest - (1 << group - 1) * blockEntries
    let (block, position) = inGroup.quotientAndRemainder(dividingBy: size)
    let addresses = firstEntries * entries.size
    guard group >= firstGroups else {
      // The number of data blocks in the groups before.
      let before = (0..<group).reduce(0) { $0 + 1 << ($1 / 2) }
      guard let address = try self.address(before + block, of: index, from: addresses) else { return nil }
      return try entries.read(data(at: address, count: size * entries.size), at: position)
    }
    let secondaries = addresses + firstBlocks * Self.addressSize
    guard let secondary = try self.address(group - firstGroups, of: index, from: secondaries) else { return nil }
    return try entry(position, ofBlock: block, group: group, size: size, secondary: secondary)
  }

  /// An entry in a data block of a secondary block.
  ///
  /// - Parameter size: the number of entries of the data block.
  private func entry(
    _ position: Int, ofBlock block: Int, group: Int, size: Int, secondary: Int
  ) throws -> HDF5ChunkIndex.Entry? {
    // Not more than 2^31, as a page has at least the entries of the smallest block: no product here overflows.
    let pages = size > pageEntries ? size / pageEntries : 0
    let bitmapsSize = (1 << (group / 2)) * ((pages + 7) / 8)
    var content = try blocks.block(
      "EASB", at: secondary, count: offsetSize + bitmapsSize + (1 << (group / 2)) * Self.addressSize,
      "a block of an array of chunks")
    try content.skip(offsetSize)
    guard let address = try self.address(block, of: content, from: bitmapsSize) else { return nil }
    guard pages > 0 else { return try entries.read(data(at: address, count: size * entries.size), at: position) }
    let (page, index) = position.quotientAndRemainder(dividingBy: pageEntries)
    // The bits of the data blocks follow each other without padding, in room for whole bytes of each.
    guard try HDF5ArrayBlocks.isSet(block * pages + page, in: content) else { return nil }
    _ = try data(at: address, count: 0)
    let first = try HDF5Storage.address(
      address, 1, of: HDF5ArrayBlocks.prefixSize + offsetSize + HDF5Checksum.size)
    let place = try HDF5Storage.address(first, page, of: pageEntries * entries.size + HDF5Checksum.size)
    return try entries.read(blocks.page(at: place, count: pageEntries * entries.size), at: index)
  }

  /// The entries of a data block.
  ///
  /// - Parameter count: their size in bytes; 0 if they are in pages, which follow the block.
  private func data(at address: Int, count: Int) throws -> HDF5Cursor {
    var content = try blocks.block(
      "EADB", at: address, count: offsetSize + count, "the entries of an array of chunks")
    try content.skip(offsetSize)
    return content
  }

  private func address(_ position: Int, of block: HDF5Cursor, from start: Int) throws -> Int? {
    var block = block
    try block.skip(start + position * Self.addressSize)
    return try block.address()
  }
}
