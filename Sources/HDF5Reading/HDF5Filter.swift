import ZipArchive

/// A filter of the chunk pipeline.
///
/// Source: HDF5 File Format Specification 3.0, IV.A.2.l, "The Data Storage - Filter Pipeline Message".
struct HDF5Filter {
  enum Kind: Int {
    case deflate = 1
    case shuffle = 2
    /// The Fletcher-32 checksum after the data.
    case checksum = 3
  }

  let kind: Kind
  /// The element size of `shuffle` in bytes.
  let elementSize: Int

  private static let checksumSize = 4

  /// Filters that are not read.
  private static let names = [
    4: "szip", 5: "n-bit packing", 6: "scale and offset", 32000: "LZF", 32001: "Blosc", 32004: "LZ4",
    32015: "Zstandard",
  ]

  /// The filters, in the order they were applied.
  static func pipeline(_ message: HDF5Cursor, elementSize: Int) throws -> [HDF5Filter] {
    var message = message
    let version = try message.uint8()
    guard (1...2).contains(version) else {
      throw HDF5Error.Problem.unsupported(feature: "a newer version of HDF5's filters")
    }
    let count = try message.uint8()
    if version == 1 { try message.skip(6) }
    var filters: [HDF5Filter] = []
    for _ in 0..<count {
      let number = try message.uint16()
      guard let kind = Kind(rawValue: number), !filters.contains(where: { $0.kind == kind }) else {
        throw HDF5Error.Problem.unexpected(
          expected: "values compressed with deflate, or uncompressed",
          found: names[number].map { "\($0) (filter \(number))" } ?? "filter \(number)")
      }
      let nameCount = version == 1 ? try message.uint16() : 0
      try message.skip(2)
      let parameterCount = try message.uint16()
      try message.skip(nameCount)
      let parameters = try (0..<parameterCount).map { _ in try message.uint32() }
      if version == 1, parameterCount % 2 == 1 { try message.skip(4) }
      filters.append(HDF5Filter(kind: kind, elementSize: parameters.first ?? elementSize))
    }
    return filters
  }

  /// The maximum decoded size of `count` stored bytes.
  static func mostBytes(_ count: Int, _ filters: [HDF5Filter]) -> Int {
    let (most, overflow) = count.multipliedReportingOverflow(
      by: filters.contains { $0.kind == .deflate } ? Deflate.ratio : 1)
    return overflow ? .max : most
  }

  /// Decodes the filters, last to first.
  ///
  /// - Parameters:
  ///   - skipped: a bit mask of the skipped filters.
  ///   - count: the expected decoded size in bytes.
  /// - Throws: `HDF5Error.Problem` if the size differs; nothing is allocated that the compressed bytes cannot fill.
  static func unpacked(_ packed: ArraySlice<UInt8>, _ filters: [HDF5Filter], skipped: Int, count: Int) throws
    -> [UInt8]
  {
    var content = packed
    // The checksums after the data that earlier filters have added.
    let checksums = filters.indices.filter { filters[$0].kind == .checksum && skipped >> $0 & 1 == 0 }
    for (index, filter) in filters.enumerated().reversed() where skipped >> index & 1 == 0 {
      switch filter.kind {
      case .deflate:
        let extra = checksums.contains { $0 < index } ? checksumSize : 0
        guard let inflated = Deflate.inflated(content, count: count + extra, framing: .zlib) else { throw damaged }
        content = inflated[...]
      case .shuffle:
        content = unshuffled(content, elementSize: filter.elementSize)[...]
      case .checksum:
        content = try checked(content)
      }
    }
    guard content.count == count else { throw damaged }
    return Array(content)
  }

  static var damaged: HDF5Error.Problem {
    .malformed(reason: "a chunk does not have its declared size")
  }

  /// Undoes `shuffle`, which stores all first bytes of the elements, then all second ones, and so on.
  private static func unshuffled(_ bytes: ArraySlice<UInt8>, elementSize: Int) -> [UInt8] {
    guard elementSize > 1, bytes.count >= elementSize else { return Array(bytes) }
    let count = bytes.count / elementSize
    var result = Array(bytes)
    for byte in 0..<elementSize {
      for index in 0..<count {
        result[index * elementSize + byte] = bytes[bytes.startIndex + byte * count + index]
      }
    }
    return result
  }

  private static func checked(_ bytes: ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
    let content = bytes.dropLast(checksumSize)
    var stored: UInt32 = 0
    for byte in bytes.suffix(checksumSize).reversed() { stored = stored << 8 | UInt32(byte) }
    guard bytes.count >= checksumSize, stored == fletcher32(content) else {
      throw HDF5Error.Problem.malformed(reason: "checksum mismatch in a chunk")
    }
    return content
  }

  /// HDF5's Fletcher-32 checksum, over big-endian 16-bit words.
  static func fletcher32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var (first, second): (UInt64, UInt64) = (0, 0)
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 2) {
      let low = start + 1 < bytes.endIndex ? UInt64(bytes[start + 1]) : 0
      first = (first + (UInt64(bytes[start]) << 8 | low)) % 65535
      second = (second + first) % 65535
    }
    // Of the two representations of zero, HDF5 uses 65535 unless all words are zero.
    func folded(_ sum: UInt64) -> UInt32 { sum == 0 && bytes.contains { $0 != 0 } ? 65535 : UInt32(sum) }
    return folded(second) << 16 | folded(first)
  }
}
