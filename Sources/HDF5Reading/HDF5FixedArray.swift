import DurableFiles

/// The index of chunks in a dataset that cannot grow: an entry per chunk, in pages if there are many.
///
/// Source: HDF5 File Format Specification 3.0, VII.C, "Disk Format: The Fixed Array Index".
struct HDF5FixedArray {
  private let entries: HDF5ChunkIndex.EntryType
  private let count: Int
  private let blocks: HDF5ArrayBlocks
  /// The entries of a page; nil if there are no pages.
  private let pageEntries: Int?
  /// The entries; a bit per page if there are pages, set if the page was written.
  private let content: HDF5Cursor
  /// The address of the first page.
  private let pages: Int

  /// The size of the header without its checksum.
  private static let headerSize = 24

  /// - Throws: `HDF5Error.Problem`.
  init(at address: Int, chunkSize: Int, in storage: HDF5Storage) throws {
    var header = try storage.block("FAHD", at: address, count: Self.headerSize, "an array of chunks")
    let (version, client) = (try header.uint8(), try header.uint8())
    entries = try HDF5ChunkIndex.EntryType(client: client, size: header.uint8(), chunkSize: chunkSize)
    let pageBits = try header.uint8()
    count = try header.size()
    guard version == 0, pageBits < 32, let block = try header.address() else {
      throw HDF5Error.Problem.malformed(reason: "the header of its chunk index is inconsistent")
    }
    blocks = HDF5ArrayBlocks(in: storage)
    let isPaged = count > 1 << pageBits
    pageEntries = isPaged ? 1 << pageBits : nil
    let (entriesSize, isTooLarge) = count.multipliedReportingOverflow(by: entries.size)
    guard isPaged || !isTooLarge else { throw HDF5Storage.beyondEnd }
    let size = isPaged ? ((count - 1) >> pageBits) / 8 + 1 : entriesSize
    content = try blocks.block("FADB", at: block, count: size, "the entries of an array of chunks")
    pages = block + HDF5ArrayBlocks.prefixSize + size + HDF5Checksum.size
  }

  /// The entry at a position; nil if the chunk is not stored.
  func entry(_ position: Int) throws -> HDF5ChunkIndex.Entry? {
    guard position < count else {
      throw HDF5Error.Problem.malformed(reason: "its chunk index has \(count) entries, too few for its dimensions")
    }
    guard let pageEntries else { return try entries.read(content, at: position) }
    let (page, index) = position.quotientAndRemainder(dividingBy: pageEntries)
    guard try HDF5ArrayBlocks.isSet(page, in: content) else { return nil }
    let place = try HDF5Storage.address(pages, page, of: pageEntries * entries.size + HDF5Checksum.size)
    // The last page has only the entries that there are.
    let size = min(pageEntries, count - page * pageEntries) * entries.size
    return try entries.read(blocks.page(at: place, count: size), at: index)
  }
}
