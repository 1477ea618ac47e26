/// A builder of zip archives with uncompressed members: weights hardly compress.
///
/// Equal members give equal archives: no timestamps are stored.
package struct ZipWriter {
  /// The earliest time of the format: midnight of 1 January 1980.
  private static let date: UInt16 = 0x0021
  /// Version 2.0 of the format, and names in UTF-8.
  private static let (version, flags): (UInt16, UInt16) = (20, 0x0800)

  private let path: String
  private let comment: String
  private var content: [UInt8] = []
  private var directory: [UInt8] = []
  private var count: UInt16 = 0

  /// - Parameters:
  ///   - path: the path used in error messages.
  ///   - comment: the archive comment, at most 64 KB.
  package init(path: String, comment: String = "") {
    precondition(comment.utf8.count <= UInt16.max, "\(path): comment too long")
    self.path = path
    self.comment = comment
  }

  /// Appends a member.
  ///
  /// - Throws: `ZipError.Problem.tooLarge`.
  package mutating func add(_ name: String, _ bytes: [UInt8]) throws {
    precondition(count < 0xfffe && name.utf8.count < 0xffff, "\(path): too many members, or too long a name")
    let offset = try size(content.count)
    var record: [UInt8] = []
    record.append(Self.version, Self.flags, 0, 0, Self.date)
    let size = try size(bytes.count)
    record.append(ZipReader.checksum(bytes), size, size)
    record.append(UInt16(name.utf8.count), 0)

    content.append(0x0403_4b50 as UInt32)
    content += record + name.utf8 + bytes
    directory.append(0x0201_4b50 as UInt32)
    directory.append(Self.version)
    directory += record
    // No comment, the first part, no attributes.
    directory.append(0 as UInt16, 0, 0)
    directory.append(0 as UInt32, offset)
    directory += name.utf8
    count += 1
  }

  /// The whole archive.
  ///
  /// - Throws: `ZipError.Problem.tooLarge`.
  package func archive() throws -> [UInt8] {
    var end: [UInt8] = []
    end.append(0x0605_4b50 as UInt32)
    end.append(0 as UInt16, 0, count, count)
    end.append(try size(directory.count), try size(content.count))
    end.append(UInt16(comment.utf8.count))
    return content + directory + end + comment.utf8
  }

  private func size(_ count: Int) throws -> UInt32 {
    guard let size = UInt32(exactly: count), size < .max else {
      throw ZipError(file: path, problem: .tooLarge(bytes: count))
    }
    return size
  }
}
