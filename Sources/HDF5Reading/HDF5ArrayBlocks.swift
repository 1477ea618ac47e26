import DurableFiles

/// The blocks of an array of chunks, each read and verified only once: entries are looked up one at a time.
///
/// Source: HDF5 File Format Specification 3.0, VII.C, "Disk Format: The Fixed Array Index", and VII.D, "Disk Format: The
/// Extensible Array Index".
final class HDF5ArrayBlocks {
  /// Signature, version, client, address of the header.
  static let prefixSize = 14

  /// The identity of a block; nil as the signature of a page, which has none.
  private struct Key: Hashable {
    let signature: String?
    let address: Int
    let count: Int
  }

  private let storage: HDF5Storage
  private var known: [Key: HDF5Cursor] = [:]

  init(in storage: HDF5Storage) { self.storage = storage }

  /// The contents of a block: what is between its prefix and its checksum.
  ///
  /// - Parameters:
  ///   - address: of the signature.
  ///   - count: the size of the contents.
  ///   - what: the block, for messages.
  /// - Throws: `HDF5Error.Problem`.
  func block(_ signature: String, at address: Int, count: Int, _ what: String) throws -> HDF5Cursor {
    try read(Key(signature: signature, address: address, count: count)) {
      guard count <= storage.bytes.count else { throw HDF5Storage.beyondEnd }
      var block = try storage.block(signature, at: address, count: Self.prefixSize + count, what)
      try block.skip(Self.prefixSize - signature.utf8.count)
      return block
    }
  }

  /// The contents of a page, which are followed by their checksum.
  ///
  /// - Throws: `HDF5Error.Problem`.
  func page(at address: Int, count: Int) throws -> HDF5Cursor {
    try read(Key(signature: nil, address: address, count: count)) {
      try storage.verified(at: address, count: count, "a page of an array of chunks")
    }
  }

  private func read(_ key: Key, _ body: () throws -> HDF5Cursor) throws -> HDF5Cursor {
    if let cursor = known[key] { return cursor }
    let cursor = try body()
    known[key] = cursor
    return cursor
  }

  /// Whether a page was written: a bit, from the highest one of each byte.
  static func isSet(_ page: Int, in bits: HDF5Cursor) throws -> Bool {
    var bits = bits
    try bits.skip(page / 8)
    return try bits.uint8() & 0x80 >> (page % 8) != 0
  }
}
