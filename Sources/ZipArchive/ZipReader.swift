import CZlib
import SystemResources

/// A reader for an untrusted zip archive in memory.
///
/// Source: PKWARE, ".ZIP File Format Specification" (APPNOTE.TXT) 6.3. Members are stored or deflated; encryption,
/// multi-part archives and the 64-bit extension are refused.
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
  }

  package let path: String
  private let bytes: [UInt8]
  private let members: [Member]

  package static func isZip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) }

  /// - Parameter path: the path used in error messages.
  /// - Throws: `ZipError`.
  package init(_ bytes: [UInt8], path: String) throws {
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
    let packed = bytes[try content(of: member)]
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

  // MARK: - Directory

  private static func directory(of bytes: [UInt8], path: String) throws -> [Member] {
    func malformed(_ reason: String) -> ZipError { ZipError(file: path, problem: .malformed(reason: reason)) }
    guard let end = endRecord(of: bytes) else { throw ZipError(file: path, problem: .notZip) }
    let count = Int(bytes.number(UInt16.self, at: end + 10))
    let (size, start) = (Int(bytes.number(UInt32.self, at: end + 12)), Int(bytes.number(UInt32.self, at: end + 16)))
    guard bytes.number(UInt16.self, at: end + 4) == 0, count == Int(bytes.number(UInt16.self, at: end + 8)) else {
      throw ZipError(file: path, problem: .unsupported(feature: "several parts"))
    }
    guard count != 0xffff, start != 0xffff_ffff else {
      throw ZipError(file: path, problem: .unsupported(feature: "the 64-bit extension"))
    }
    guard start + size <= end, count <= Limit.members else { throw malformed("its directory exceeds the file") }
    var members: [Member] = []
    var position = start
    for _ in 0..<count {
      guard position + Size.central <= start + size, bytes.number(UInt32.self, at: position) == 0x0201_4b50 else {
        throw malformed("its directory ends too early")
      }
      let lengths = [28, 30, 32].map { Int(bytes.number(UInt16.self, at: position + $0)) }
      let next = position + Size.central + lengths.reduce(0, +)
      guard next <= start + size else { throw malformed("its directory ends too early") }
      members.append(try member(at: position, nameCount: lengths[0], of: bytes, path: path))
      position = next
    }
    guard Set(members.map(\.name)).count == members.count else { throw malformed("two members have the same name") }
    return members
  }

  /// The last record of the archive, which may be followed by a comment of up to 64 KB.
  private static func endRecord(of bytes: [UInt8]) -> Int? {
    guard bytes.count >= Size.end else { return nil }
    let last = bytes.count - Size.end
    return (max(last - 0xffff, 0)...last).reversed().first { position in
      bytes.number(UInt32.self, at: position) == 0x0605_4b50
        && position + Size.end + Int(bytes.number(UInt16.self, at: position + 20)) == bytes.count
    }
  }

  private static func member(at position: Int, nameCount: Int, of bytes: [UInt8], path: String) throws -> Member {
    func unsupported(_ feature: String) -> ZipError { ZipError(file: path, problem: .unsupported(feature: feature)) }
    let nameStart = position + Size.central
    guard let name = String(validating: bytes[nameStart..<nameStart + nameCount], as: UTF8.self), isPlain(name) else {
      throw ZipError(file: path, problem: .malformed(reason: "a member's name is an absolute path or contains '..'"))
    }
    guard bytes.number(UInt16.self, at: position + 8) & 1 == 0 else { throw unsupported("encryption") }
    let method = bytes.number(UInt16.self, at: position + 10)
    guard method == 0 || method == 8 else { throw unsupported("compression method \(method)") }
    let numbers = [16, 20, 24, 42].map { bytes.number(UInt32.self, at: position + $0) }
    guard !numbers[1...].contains(0xffff_ffff) else { throw unsupported("the 64-bit extension") }
    return Member(
      name: name, isDeflated: method == 8, checksum: numbers[0], packedCount: Int(numbers[1]), count: Int(numbers[2]),
      offset: Int(numbers[3]))
  }

  /// Whether a name stays below the extraction directory.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("/") && !name.contains("\\") && !name.utf8.contains(0)
      && !name.split(separator: "/").contains("..")
  }

  // MARK: - Members

  /// The range of a member's compressed bytes.
  private func content(of member: Member) throws -> Range<Int> {
    guard member.offset + Size.local <= bytes.count, bytes.number(UInt32.self, at: member.offset) == 0x0403_4b50 else {
      throw error(.malformed(reason: "the member '\(member.name)' is not at its declared offset"))
    }
    let lengths = [26, 28].map { Int(bytes.number(UInt16.self, at: member.offset + $0)) }
    let start = member.offset + Size.local + lengths[0] + lengths[1]
    guard start + member.packedCount <= bytes.count else {
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
