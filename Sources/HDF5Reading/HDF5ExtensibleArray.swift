/// The index of chunks in a dataset that can grow along one axis: blocks of entries that double in size.
///
/// The index block has the first entries, and the addresses of data blocks and of secondary blocks, which have the
/// addresses of further data blocks. Data blocks are in groups: the two groups after each other double in number and in
/// size alternately.
///
/// Source: HDF5 File Format Specification 3.0, VII.D, "Disk Format: The Extensible Array Index".
struct HDF5ExtensibleArray {
  private let entries: HDF5ChunkIndex.EntryType
  private let storage: HDF5Storage
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
  /// The address of the index block's first entry.
  private let start: Int

  private static let headerSize = 72
  /// Signature, version, client, address of the header.
  private static let prefixSize = 14
  private static let addressSize = 8
  private static let checksumSize = 4

  /// - Throws: `HDF5Error.Problem`.
  init(at address: Int, chunkSize: Int, in storage: HDF5Storage) throws {
    var header = try storage.region(at: address, count: Self.headerSize)
    try header.expect("EAHD", "an array of chunks")
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
    var prefix = try storage.region(at: index, count: Self.prefixSize)
    try prefix.expect("EAIB", "the first entries of an array of chunks")
    start = index + Self.prefixSize
    self.storage = storage
  }

  /// The entry at a position; nil if the chunk is not stored.
  func entry(_ position: Int) throws -> HDF5ChunkIndex.Entry? {
    guard position >= firstEntries else { return try read(at: start, position) }
    let rest = position - firstEntries
    // Group g has 2^g times the entries of the smallest data block.
    let group = Int.bitWidth - 1 - (rest / blockEntries + 1).leadingZeroBitCount
    guard group < groups else {
      throw HDF5Error.Problem.malformed(reason: "its chunk index has too few entries for its dimensions")
    }
    let size = blockEntries << ((group + 1) / 2)
    let inGroup = rest - (1 << group - 1) * blockEntries
    let (block, index) = inGroup.quotientAndRemainder(dividingBy: size)
    let addresses = start + firstEntries * entries.size
    guard group >= firstGroups else {
      // The number of data blocks in the groups before.
      let before = (0..<group).reduce(0) { $0 + 1 << ($1 / 2) }
      guard let address = try self.address(before + block, at: addresses) else { return nil }
      return try entry(index, ofBlock: address, pages: 0) { _ in true }
    }
    let secondaries = addresses + firstBlocks * Self.addressSize
    guard let secondary = try self.address(group - firstGroups, at: secondaries) else { return nil }
    return try entry(block, index, group: group, size: size, secondary: secondary)
  }

  /// An entry in a data block of a secondary block.
  private func entry(
    _ block: Int, _ index: Int, group: Int, size: Int, secondary: Int
  ) throws -> HDF5ChunkIndex.Entry? {
    var prefix = try storage.region(at: secondary, count: Self.prefixSize)
    try prefix.expect("EASB", "a block of an array of chunks")
    let pages = size > pageEntries ? size / pageEntries : 0
    let bitmapSize = (pages + 7) / 8
    let bitmaps = secondary + Self.prefixSize + offsetSize
    let addresses = bitmaps + (1 << (group / 2)) * bitmapSize
    guard let address = try self.address(block, at: addresses) else { return nil }
    // The bits of the data blocks follow each other without padding, in room for whole bytes of each.
    return try entry(index, ofBlock: address, pages: pages) {
      try HDF5PageBits.isSet(block * pages + $0, at: bitmaps, in: storage)
    }
  }

  /// - Parameter pages: the number of pages of the data block; 0 if it has none.
  private func entry(
    _ index: Int, ofBlock block: Int, pages: Int, isWritten: (_ page: Int) throws -> Bool
  ) throws -> HDF5ChunkIndex.Entry? {
    var prefix = try storage.region(at: block, count: Self.prefixSize)
    try prefix.expect("EADB", "the entries of an array of chunks")
    let first = block + Self.prefixSize + offsetSize
    guard pages > 0 else { return try read(at: first, index) }
    let (page, rest) = index.quotientAndRemainder(dividingBy: pageEntries)
    guard try isWritten(page) else { return nil }
    let size = pageEntries * entries.size + Self.checksumSize
    return try read(at: HDF5PageBits.address(first + Self.checksumSize, page, of: size, plus: 0), rest)
  }

  private func address(_ index: Int, at start: Int) throws -> Int? {
    let place = try HDF5PageBits.address(start, index, of: Self.addressSize, plus: 0)
    var bytes = try storage.region(at: place, count: Self.addressSize)
    return try bytes.address()
  }

  private func read(at start: Int, _ index: Int) throws -> HDF5ChunkIndex.Entry? {
    let place = try HDF5PageBits.address(start, index, of: entries.size, plus: 0)
    var bytes = try storage.region(at: place, count: entries.size)
    return try entries.read(&bytes)
  }
}
