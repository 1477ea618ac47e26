import DurableFiles

/// A file in a tar archive.
struct TarMember: Equatable {
  /// The path in the archive.
  let name: String
  /// The size in bytes; 0 for a directory or a link.
  let size: Int
  /// Whether it is a regular file.
  let isFile: Bool
}

/// Reads a tar archive, plain or gzip, from start to end: ustar (POSIX.1-1988), pax (POSIX.1-2001) and GNU tar's formats.
///
/// Nothing is extracted: the caller reads the members that it wants, and names are never used as paths. Sparse files and
/// archives in several volumes are refused.
final class TarReader {
  private static let blockSize = 512
  /// The maximum size of an extended header in bytes.
  private static let extensionLimit = 1 << 20

  let path: String
  private let stream: UnpackedStream
  /// The maximum size of the unpacked archive in bytes, and its size so far.
  private let limit: Int
  private var position = 0
  /// The bytes of the current member that were not read yet, and those of its padding.
  private var rest = 0
  private var padding = 0

  /// - Parameter limit: the maximum size of the unpacked archive in bytes.
  /// - Throws: `FileError`, `DatasetError.damaged`.
  init(path: String, limit: Int) throws {
    self.path = path
    self.limit = limit
    stream = try UnpackedStream(path: path)
  }

  /// The next member; nil at the end of the archive.
  ///
  /// - Throws: `FileError`, `DatasetError.damaged`.
  func next() throws -> TarMember? {
    var extensions = TarExtensions()
    while true {
      try skip(rest + padding)
      guard let header = try header() else {
        guard !extensions.isPresent else { throw truncated }
        return nil
      }
      (rest, padding) = (header.size, -header.size & (Self.blockSize - 1))
      switch header.kind {
      case "x", "L", "K":
        extensions.add(kind: header.kind, try extensionText(header))
      case "g":
        // Defaults for all members: comments, times and owners.
        continue
      case "S", "M":
        throw damaged("it has a sparse file or a part of one ('\(header.name)'), which is not supported")
      default:
        if extensions.isSparse {
          throw damaged(
            "it has a sparse file ('\(extensions.sparseName ?? extensions.name ?? header.name)'), which is not supported"
          )
        }
        let isFile = ["0", "\0", "7"].contains(header.kind) && !header.name.hasSuffix("/")
        // Links and directories have no contents, whatever their size.
        let hasContent = !["1", "2", "3", "4", "5", "6"].contains(header.kind)
        let size = hasContent ? extensions.size ?? header.size : 0
        (rest, padding) = (size, -size & (Self.blockSize - 1))
        return TarMember(name: extensions.name ?? header.name, size: size, isFile: isFile)
      }
    }
  }

  /// Reads the next bytes of the current member.
  ///
  /// - Precondition: it has as many.
  /// - Throws: `FileError`, `DatasetError.damaged` if the archive is truncated.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(buffer.count <= rest, "\(buffer.count) bytes of a member with \(rest)")
    guard try fill(buffer) == buffer.count else { throw truncated }
    rest -= buffer.count
  }

  /// Reads to the end of the file, which verifies its checksum.
  ///
  /// - Throws: `FileError`, `DatasetError.damaged`.
  func finish() throws {
    try withBlock(of: 1 << 16) { while try fill($0) == $0.count {} }
  }

  // MARK: - Headers

  private func header() throws -> TarHeader? {
    try withBlock(of: Self.blockSize) { block in
      let start = position
      let count = try fill(block)
      // Two blocks of zeros end an archive; GNU tar accepts none.
      if count == 0, start > 0 { return nil }
      guard count == block.count else {
        guard start > 0 else { throw damaged(notTar(block[..<count])) }
        throw truncated
      }
      if block.allSatisfy({ $0 == 0 }) { return nil }
      guard let header = TarHeader(UnsafeRawBufferPointer(block)) else {
        throw damaged(start == 0 ? notTar(block[...]) : "corrupt tar header at byte \(start)")
      }
      return header
    }
  }

  private func notTar(_ start: Slice<UnsafeMutableRawBufferPointer>) -> String {
    guard !start.isEmpty else { return "empty" }
    guard !start.dropFirst(257).starts(with: "ustar".utf8) else { return "corrupt tar header at byte 0" }
    let kind = FileKind(startingWith: start)
    return kind.map { "\($0), not a tar archive" } ?? "not a tar archive"
  }

  private func extensionText(_ header: TarHeader) throws -> [UInt8] {
    guard header.size <= Self.extensionLimit else {
      throw damaged("corrupt: it has an extended header of \(header.size) bytes")
    }
    var bytes = [UInt8](repeating: 0, count: header.size)
    try bytes.withUnsafeMutableBytes { try read(into: $0) }
    return bytes
  }

  // MARK: - Bytes

  private func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try stream.read(into: buffer)
    position += count
    guard position <= limit else { throw damaged("it unpacks to more than \(limit) bytes") }
    return count
  }

  private func skip(_ count: Int) throws {
    var left = count
    try withBlock(of: 1 << 16) { block in
      while left > 0 {
        let part = UnsafeMutableRawBufferPointer(rebasing: block[..<min(left, block.count)])
        guard try fill(part) == part.count else { throw truncated }
        left -= part.count
      }
    }
    (rest, padding) = (0, 0)
  }

  private func withBlock<Result>(of size: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Result) throws
    -> Result
  {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { block.deallocate() }
    return try body(block)
  }

  private var truncated: DatasetError { damaged("truncated tar archive") }

  private func damaged(_ reason: String) -> DatasetError { .damaged(path: path, reason: reason) }
}
