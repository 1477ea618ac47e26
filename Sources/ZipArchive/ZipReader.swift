import CZlib
import DurableFiles
import SystemResources

/// A reader for an untrusted zip archive, in memory or mapped.
///
/// Source: PKWARE, ".ZIP File Format Specification" (APPNOTE.TXT) 6.3, with its 64-bit extension (4.3.14, 4.5.3).
/// Members are stored or deflated; encryption and multi-part archives are refused.
package struct ZipReader: Sendable {
  /// A file in the archive, from the central directory.
  struct Member: Sendable {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    let packedCount: Int
    let count: Int
    /// The offset of its local header.
    let offset: Int
  }

  /// The limits of an archive.
  private enum Limit {
    static let members = 10_000
  }

  /// The sizes of the records without names.
  private enum Size {
    static let end = 22
    static let central = 46
    static let local = 30
    /// Those of the 64-bit extension: the end record, and its locator.
    static let end64 = 56
    static let locator = 20
  }

  package let path: String
  private let bytes: FileBytes
  private let members: [Member]

  package static func isZip(_ bytes: some Sequence<UInt8>) -> Bool { bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) }

  /// - Parameter path: the path used in error messages.
  /// - Throws: `ZipError`.
  package init(_ bytes: [UInt8], path: String) throws { try self.init(FileBytes(bytes), path: path) }

  /// - Parameter path: the path used in error messages.
  /// - Throws: `ZipError`.
  package init(_ bytes: FileBytes, path: String) throws {
    self.bytes = bytes
    self.path = path
    members = try Self.directory(of: bytes, path: path)
  }

  /// The members in the order of the directory.
  package var names: [String] { members.map(\.name) }

  /// The decompressed bytes of a member.
  ///
  /// - Parameter limit: the maximum decompressed size. A stored member is no larger than the archive.
  /// - Throws: `ZipError` if it is missing, corrupt, not as long as the directory states, larger than the limit, or
  ///   does not fit in memory.
  package func read(_ name: String, atMost limit: Int) throws -> [UInt8] {
    let member = try member(name)
    guard !member.isDeflated || Deflate.canHold(member.count, packed: member.packedCount) else { throw lie(member) }
    guard !member.isDeflated || member.count <= max(limit, member.packedCount) else {
      throw error(.largeMember(name: name, bytes: member.count, limit: limit))
    }
    guard Memory.canHold(member.count) else {
      throw error(.noMemory(member: name, bytes: member.count))
    }
    let packed = bytes.slice(try content(of: member))
    let content = member.isDeflated ? Deflate.inflated(packed, count: member.count, framing: .none) : Array(packed)
    guard let content, content.count == member.count else { throw lie(member) }
    guard Self.checksum(content) == member.checksum else { throw error(.checksumMismatch(member: name)) }
    return content
  }

  private func member(_ name: String) throws -> Member {
    guard let member = members.first(where: { $0.name == name }) else { throw error(.missingMember(name: name)) }
    return member
  }

  private func error(_ problem: ZipError.Problem) -> ZipError { ZipError(file: path, problem: problem) }

  private func lie(_ member: Member) -> ZipError {
    error(.malformed(reason: "the member '\(member.name)' does not have its declared size of \(member.count) bytes"))
  }

  /// Where a member's compressed bytes are.
  ///
  /// - Throws: `ZipError` if it is missing, or its compressed bytes cannot be as long as the directory states.
  package func content(of name: String) throws -> ZipContent {
    let member = try member(name)
    let isPossible =
      member.isDeflated
      ? Deflate.canHold(member.count, packed: member.packedCount) : member.count == member.packedCount
    guard isPossible else { throw lie(member) }
    return ZipContent(
      path: path, name: name, bytes: bytes, range: try content(of: member), isDeflated: member.isDeflated,
      count: member.count, checksum: member.checksum)
  }

  // MARK: - Directory

  /// The place of the directory, from the records at the end of the archive.
  private struct Directory {
    let count: Int
    let range: Range<Int>
  }

  private static func directory(of bytes: FileBytes, path: String) throws -> [Member] {
    func malformed(_ reason: String) -> ZipError { ZipError(file: path, problem: .malformed(reason: reason)) }
    guard let end = endRecord(of: bytes) else { throw ZipError(file: path, problem: .notZip) }
    let directory = try directory(endingAt: end, of: bytes, path: path)
    var members: [Member] = []
    var position = directory.range.lowerBound
    for _ in 0..<directory.count {
      guard position + Size.central <= directory.range.upperBound,
        bytes.number(UInt32.self, at: position) == 0x0201_4b50
      else { throw malformed("its directory ends too early") }
      let lengths = [28, 30, 32].map { Int(bytes.number(UInt16.self, at: position + $0)) }
      let next = position + Size.central + lengths.reduce(0, +)
      guard next <= directory.range.upperBound else { throw malformed("its directory ends too early") }
      members.append(
        try member(at: position, nameCount: lengths[0], extraCount: lengths[1], of: bytes, path: path))
      position = next
    }
    guard Set(members.map(\.name)).count == members.count else { throw malformed("two members have the same name") }
    return members
  }

  private static func directory(endingAt end: Int, of bytes: FileBytes, path: String) throws -> Directory {
    func malformed(_ reason: String) -> ZipError { ZipError(file: path, problem: .malformed(reason: reason)) }
    var (count, part) = (Int(bytes.number(UInt16.self, at: end + 10)), Int(bytes.number(UInt16.self, at: end + 8)))
    var (size, start) = (Int(bytes.number(UInt32.self, at: end + 12)), Int(bytes.number(UInt32.self, at: end + 16)))
    var (number, limit) = (Int(bytes.number(UInt16.self, at: end + 4)), end)
    if count == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff || number == 0xffff {
      let locator = end - Size.locator
      guard locator >= 0, bytes.number(UInt32.self, at: locator) == 0x0706_4b50,
        let end64 = Int(exactly: bytes.number(UInt64.self, at: locator + 8)), end64 >= 0,
        end64 <= locator - Size.end64, bytes.number(UInt32.self, at: end64) == 0x0606_4b50
      else { throw malformed("the end record of its 64-bit extension is not at its declared address") }
      let numbers = [24, 32, 40, 48].map { Int(clamping: bytes.number(UInt64.self, at: end64 + $0)) }
      (part, count, size, start) = (numbers[0], numbers[1], numbers[2], numbers[3])
      (number, limit) = (Int(bytes.number(UInt32.self, at: end64 + 16)), end64)
    }
    guard number == 0, count == part else {
      throw ZipError(file: path, problem: .unsupported(feature: "several parts"))
    }
    guard start <= limit, size <= limit - start, count <= Limit.members else {
      throw malformed("its directory exceeds the file")
    }
    return Directory(count: count, range: start..<start + size)
  }

  /// The last record of the archive, which may be followed by a comment of up to 64 KB.
  private static func endRecord(of bytes: FileBytes) -> Int? {
    guard bytes.count >= Size.end else { return nil }
    let last = bytes.count - Size.end
    return (max(last - 0xffff, 0)...last).reversed().first { position in
      bytes.number(UInt32.self, at: position) == 0x0605_4b50
        && position + Size.end + Int(bytes.number(UInt16.self, at: position + 20)) == bytes.count
    }
  }

  private static func member(
    at position: Int, nameCount: Int, extraCount: Int, of bytes: FileBytes, path: String
  ) throws -> Member {
    func unsupported(_ feature: String) -> ZipError { ZipError(file: path, problem: .unsupported(feature: feature)) }
    let nameStart = position + Size.central
    guard let name = String(validating: bytes[nameStart..<nameStart + nameCount], as: UTF8.self), isPlain(name) else {
      throw ZipError(file: path, problem: .malformed(reason: "a member's name is an absolute path or contains '..'"))
    }
    guard bytes.number(UInt16.self, at: position + 8) & 1 == 0 else { throw unsupported("encryption") }
    let method = bytes.number(UInt16.self, at: position + 10)
    guard method == 0 || method == 8 else { throw unsupported("compression method \(method)") }
    // In this order, numbers that do not fit are in the extra field instead.
    var sizes = [24, 20, 42].map { Int(bytes.number(UInt32.self, at: position + $0)) }
    let large = sizes.indices.filter { sizes[$0] == 0xffff_ffff }
    if !large.isEmpty {
      let extra = nameStart + nameCount..<nameStart + nameCount + extraCount
      guard let numbers = extension64(in: extra, of: bytes, count: large.count) else {
        throw ZipError(file: path, problem: .malformed(reason: "the member '\(name)' has no 64-bit sizes"))
      }
      for (index, number) in zip(large, numbers) { sizes[index] = number }
    }
    return Member(
      name: name, isDeflated: method == 8, checksum: bytes.number(UInt32.self, at: position + 16),
      packedCount: sizes[1], count: sizes[0], offset: sizes[2])
  }

  /// The first numbers of the 64-bit extension in an extra field; nil if there are fewer.
  private static func extension64(in extra: Range<Int>, of bytes: FileBytes, count: Int) -> [Int]? {
    var position = extra.lowerBound
    while position + 4 <= extra.upperBound {
      let size = Int(bytes.number(UInt16.self, at: position + 2))
      guard position + 4 + size <= extra.upperBound else { return nil }
      if bytes.number(UInt16.self, at: position) == 1 {
        guard size >= 8 * count else { return nil }
        return (0..<count).map { Int(clamping: bytes.number(UInt64.self, at: position + 4 + 8 * $0)) }
      }
      position += 4 + size
    }
    return nil
  }

  /// Whether a name stays below the extraction directory.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("/") && !name.contains("\\") && !name.utf8.contains(0)
      && !name.split(separator: "/").contains("..")
  }

  // MARK: - Members

  /// The range of a member's compressed bytes.
  private func content(of member: Member) throws -> Range<Int> {
    guard member.offset <= bytes.count - Size.local, bytes.number(UInt32.self, at: member.offset) == 0x0403_4b50 else {
      throw error(.malformed(reason: "the member '\(member.name)' is not at its declared offset"))
    }
    let lengths = [26, 28].map { Int(bytes.number(UInt16.self, at: member.offset + $0)) }
    let start = member.offset + Size.local + lengths[0] + lengths[1]
    guard start <= bytes.count, member.packedCount <= bytes.count - start else {
      throw error(.malformed(reason: "the member '\(member.name)' extends past the end of the file"))
    }
    let nameStart = member.offset + Size.local
    guard bytes[nameStart..<nameStart + lengths[0]].elementsEqual(member.name.utf8) else {
      throw error(.malformed(reason: "the member '\(member.name)' has inconsistent names"))
    }
    return start..<start + member.packedCount
  }

  /// The CRC-32 of zip archives.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
  }
}
