import CZlib

/// A writer of zip archives with uncompressed members of any size, piece by piece.
///
/// Equal members give equal archives: no timestamps are stored. Members and archives beyond 4 GB use the 64-bit
/// extension.
///
/// Source: PKWARE, ".ZIP File Format Specification" (APPNOTE.TXT) 6.3.
package struct ZipStreamWriter {
  /// Appends bytes to the archive.
  package typealias Append = (UnsafeRawBufferPointer) throws -> Void

  private let append: Append
  private let replace: (_ bytes: [UInt8], _ offset: Int) throws -> Void
  /// The first size or offset that needs the 64-bit extension.
  private let largeSize: Int
  private var offset = 0
  private var directory: [UInt8] = []
  private var count = 0

  /// - Parameters:
  ///   - append: called with the bytes of the archive in order.
  ///   - replace: called to replace bytes that were appended before.
  ///   - largeSize: the first size or offset that needs the 64-bit extension; smaller in tests.
  package init(
    append: @escaping Append, replace: @escaping (_ bytes: [UInt8], _ offset: Int) throws -> Void,
    largeSize: Int = 0xffff_ffff
  ) {
    self.append = append
    self.replace = replace
    self.largeSize = largeSize
  }

  /// Adds a member.
  ///
  /// - Parameters:
  ///   - size: the size of the member in bytes.
  ///   - content: calls its argument with the bytes of the member in order.
  /// - Throws: what the closures throw.
  package mutating func add(_ name: String, size: Int, content: (Append) throws -> Void) throws {
    precondition(count < 0xfffe && name.utf8.count < 0xffff, "too many members, or too long a name: \(name)")
    let start = offset
    try write(localHeader(name, size: size, checksum: 0))
    let first = offset
    var checksum: UInt = 0
    let (append, contentStart) = (append, offset)
    var end = contentStart
    try content { bytes in
      checksum = bytes.withMemoryRebound(to: UInt8.self) { crc32_z(checksum, $0.baseAddress, $0.count) }
      try append(bytes)
      end += bytes.count
    }
    offset = end
    precondition(offset - first == size, "\(name): \(offset - first) bytes instead of \(size)")
    // The checksum is only known now.
    var sum: [UInt8] = []
    sum.append(UInt32(truncatingIfNeeded: checksum))
    try replace(sum, start + 14)
    addToDirectory(name, size: size, checksum: UInt32(truncatingIfNeeded: checksum), offset: start)
    count += 1
  }

  /// Writes the directory, which ends the archive.
  package mutating func finish() throws {
    let start = offset
    var end = directory
    let isLarge = start >= largeSize || directory.count >= largeSize
    if isLarge {
      end.append(0x0606_4b50 as UInt32)
      end.append(44 as UInt64)
      end.append(Self.largeVersion, Self.largeVersion)
      end.append(0 as UInt32, 0)
      end.append(UInt64(count), UInt64(count), UInt64(directory.count), UInt64(start))
      end.append(0x0706_4b50 as UInt32, 0)
      end.append(UInt64(start + directory.count))
      end.append(1 as UInt32)
    }
    end.append(0x0605_4b50 as UInt32)
    end.append(0 as UInt16, 0, UInt16(count), UInt16(count))
    end.append(field(directory.count, isLarge), field(start, isLarge))
    end.append(0 as UInt16)
    try write(end)
  }

  // MARK: - Records

  /// Versions 2.0 and, with the 64-bit extension, 4.5 of the format; names in UTF-8; midnight of 1 January 1980.
  private static let (version, largeVersion, flags, date): (UInt16, UInt16, UInt16, UInt16) = (20, 45, 0x0800, 0x0021)

  private mutating func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try append($0) }
    offset += bytes.count
  }

  private func field(_ value: Int, _ isLarge: Bool) -> UInt32 { isLarge ? .max : UInt32(value) }

  /// The record that the local header and the directory have in common.
  private func record(_ name: String, size: Int, checksum: UInt32, isLarge: Bool, extraCount: Int) -> [UInt8] {
    var record: [UInt8] = []
    record.append(isLarge ? Self.largeVersion : Self.version, Self.flags, 0, 0, Self.date)
    record.append(checksum, field(size, size >= largeSize), field(size, size >= largeSize))
    record.append(UInt16(name.utf8.count), UInt16(extraCount))
    return record
  }

  /// The extra field of the 64-bit extension.
  private static func extra(_ values: [Int]) -> [UInt8] {
    guard !values.isEmpty else { return [] }
    var extra: [UInt8] = []
    extra.append(1 as UInt16, UInt16(8 * values.count))
    for value in values { extra.append(UInt64(value)) }
    return extra
  }

  private func localHeader(_ name: String, size: Int, checksum: UInt32) -> [UInt8] {
    let extra = Self.extra(size >= largeSize ? [size, size] : [])
    var header: [UInt8] = []
    header.append(0x0403_4b50 as UInt32)
    header += record(name, size: size, checksum: checksum, isLarge: !extra.isEmpty, extraCount: extra.count)
    return header + name.utf8 + extra
  }

  private mutating func addToDirectory(_ name: String, size: Int, checksum: UInt32, offset: Int) {
    let extra = Self.extra((size >= largeSize ? [size, size] : []) + (offset >= largeSize ? [offset] : []))
    let version = extra.isEmpty ? Self.version : Self.largeVersion
    directory.append(0x0201_4b50 as UInt32)
    directory.append(version)
    directory += record(name, size: size, checksum: checksum, isLarge: !extra.isEmpty, extraCount: extra.count)
    // No comment, the first part, no attributes.
    directory.append(0 as UInt16, 0, 0)
    directory.append(0 as UInt32, field(offset, offset >= largeSize))
    directory += name.utf8 + extra
  }
}
