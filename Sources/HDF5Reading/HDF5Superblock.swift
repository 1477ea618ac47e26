import DurableFiles

/// The superblock of an HDF5 file: end of file and root group.
///
/// Source: HDF5 File Format Specification 3.0, II.A, "Disk Format: Level 0A - Format Signature and Superblock".
struct HDF5Superblock {
  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

  /// Its offset: bytes before it are a user block.
  let start: Int
  /// The end of the file.
  let end: Int
  /// The address of the root group's header.
  let root: Int

  /// The offset of the superblock; nil if it is not an HDF5 file.
  static func start(of bytes: FileBytes) -> Int? {
    var start = 0
    while start < bytes.count, !bytes[start...].starts(with: signature) { start = start == 0 ? 512 : 2 * start }
    return start < bytes.count ? start : nil
  }

  /// - Throws: `HDF5Error.Problem`.
  init(_ bytes: FileBytes) throws {
    guard let start = Self.start(of: bytes) else {
      throw HDF5Error.Problem.unexpected(expected: "an HDF5 file", found: "another one")
    }
    self.start = start
    var cursor = HDF5Cursor(bytes, start..<bytes.count)
    try cursor.skip(Self.signature.count)
    let version = try cursor.uint8()
    let sizes: [Int]
    var isOpen = false
    switch version {
    case 0, 1:
      // The versions of other structures, which are repeated in them.
      try cursor.skip(4)
      sizes = [try cursor.uint8(), try cursor.uint8()]
      // The widths of trees, which are repeated in them; version 1 has one more.
      try cursor.skip(version == 0 ? 9 : 13)
    case 2, 3:
      sizes = [try cursor.uint8(), try cursor.uint8()]
      // Version 3 has bits for writing and for writing while others read (SWMR); the others are reserved.
      isOpen = try cursor.uint8() & 0b101 != 0 && version == 3
    default: throw HDF5Error.Problem.unsupported(feature: "version \(version) of HDF5's superblock")
    }
    guard sizes == [8, 8] else {
      throw HDF5Error.Problem.unsupported(feature: "addresses of \(sizes[0]) and sizes of \(sizes[1]) bytes")
    }
    // Addresses are relative to the superblock, whatever its base address says: a user block may have been prepended
    // later.
    let base = try cursor.size()
    _ = try cursor.address()
    let (length, isReversed) = try cursor.size().subtractingReportingOverflow(base)
    if version < 2 {
      // The driver information block, and the name of the root group.
      try cursor.skip(16)
    }
    guard let root = try cursor.address(), !isReversed, length >= cursor.position - start else {
      throw HDF5Error.Problem.malformed(reason: "its superblock is inconsistent")
    }
    if version >= 2 { try Self.verify(bytes, start..<cursor.position, checksum: cursor.uint32()) }
    guard !isOpen else {
      throw HDF5Error.Problem.unexpected(
        expected: "a closed file",
        found: "one that a program writes, or did not close; wait for it, or run 'h5clear -s' on the file")
    }
    guard length <= bytes.count - start else {
      throw HDF5Error.Problem.malformed(reason: "it is truncated: \(bytes.count - start) of \(length) bytes")
    }
    self.root = root
    end = start + length
  }

  private static func verify(_ bytes: FileBytes, _ range: Range<Int>, checksum: Int) throws {
    guard checksum == HDF5Checksum.lookup3(bytes, range) else {
      throw HDF5Error.Problem.malformed(reason: "checksum mismatch in its superblock")
    }
  }
}
