/// The index of chunks in a dataset that cannot grow: an entry per chunk, in pages if there are many.
///
/// Source: HDF5 File Format Specification 3.0, VII.C, "Disk Format: The Fixed Array Index".
struct HDF5FixedArray {
  private let entries: HDF5ChunkIndex.EntryType
  private let count: Int
  private let storage: HDF5Storage
  /// The entries of a page; nil if there are no pages.
  private let pageEntries: Int?
  /// The address of a bit per page, set if the page was written.
  private let bitmap: Int
  /// The address of the first entry.
  private let start: Int

  private static let headerSize = 28
  /// Signature, version, client, address of the header.
  private static let prefixSize = 14
  private static let checksumSize = 4

  /// - Throws: `HDF5Error.Problem`.
  init(at address: Int, chunkSize: Int, in storage: HDF5Storage) throws {
    var header = try storage.region(at: address, count: Self.headerSize)
    try header.expect("FAHD", "an array of chunks")
    let (version, client) = (try header.uint8(), try header.uint8())
    entries = try HDF5ChunkIndex.EntryType(client: client, size: header.uint8(), chunkSize: chunkSize)
    let pageBits = try header.uint8()
    count = try header.size()
    guard version == 0, pageBits < 32, let block = try header.address() else {
      throw HDF5Error.Problem.malformed(reason: "the header of its chunk index is inconsistent")
    }
    var prefix = try storage.region(at: block, count: Self.prefixSize)
    try prefix.expect("FADB", "the entries of an array of chunks")
    self.storage = storage
    bitmap = block + Self.prefixSize
    let isPaged = count > 1 << pageBits
    pageEntries = isPaged ? 1 << pageBits : nil
    let pages = isPaged ? (count - 1) >> pageBits + 1 : 0
    start = isPaged ? bitmap + (pages - 1) / 8 + 1 + Self.checksumSize : bitmap
  }

  /// The entry at a position; nil if the chunk is not stored.
  func entry(_ position: Int) throws -> HDF5ChunkIndex.Entry? {
    guard position < count else {
      throw HDF5Error.Problem.malformed(reason: "its chunk index has \(count) entries, too few for its dimensions")
    }
    let (page, index) = pageEntries.map { position.quotientAndRemainder(dividingBy: $0) } ?? (0, position)
    if pageEntries != nil, try !HDF5PageBits.isSet(page, at: bitmap, in: storage) { return nil }
    let pageSize = (pageEntries ?? 0) * entries.size + Self.checksumSize
    let place = try HDF5PageBits.address(start, page, of: pageSize, plus: index * entries.size)
    var bytes = try storage.region(at: place, count: entries.size)
    return try entries.read(&bytes)
  }
}

/// The bits that say which pages of an index were written, from the highest bit of each byte.
enum HDF5PageBits {
  static func isSet(_ page: Int, at address: Int, in storage: HDF5Storage) throws -> Bool {
    var byte = try storage.region(at: address + page / 8, count: 1)
    return try byte.uint8() & 0x80 >> (page % 8) != 0
  }

  /// The address of bytes in a page.
  ///
  /// - Throws: `HDF5Error.Problem` if it is beyond any file.
  static func address(_ start: Int, _ page: Int, of size: Int, plus offset: Int) throws -> Int {
    let (distance, isTooFar) = page.multipliedReportingOverflow(by: size)
    let (first, isBeyond) = start.addingReportingOverflow(distance)
    let (address, isOutside) = first.addingReportingOverflow(offset)
    guard !isTooFar, !isBeyond, !isOutside else {
      throw HDF5Error.Problem.malformed(reason: "an address is beyond the end of the file")
    }
    return address
  }
}
