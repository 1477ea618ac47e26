import Digests

/// The first 512 bytes of a checkpoint, an HDF5 user block: lines of text with the digest of everything after it.
///
///     MARTLET CHECKPOINT
///     format 1
///     bytes 1765432
///     sha256 9f86d0…
///
/// The rest of the 512 bytes is zero. A block with any other content or spelling is invalid.
struct UserBlock: Equatable {
  static let count = 512
  private static let title = "MARTLET CHECKPOINT"

  let formatVersion: Int
  /// The number of bytes after the block.
  let contentCount: Int
  /// SHA-256 of the bytes after the block, in hexadecimal.
  let digest: String

  init(content: UnsafeRawBufferPointer, formatVersion: Int) {
    self.formatVersion = formatVersion
    contentCount = content.count
    digest = Self.digest(of: content)
  }

  /// SHA-256 in hexadecimal.
  static func digest(of content: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(content)
    return hash.finalize().hexadecimal
  }

  /// Why the start of a file is not a valid block.
  enum Problem: Error {
    /// It does not start with the title.
    case foreign
    /// It starts with the title, but the rest is invalid.
    case corrupt
    /// Written by a newer program; the rest is not interpreted.
    case newer(format: Int)
  }

  /// Whether a file that starts with these bytes is a checkpoint, good or not.
  static func isTitle(_ start: some Sequence<UInt8>) -> Bool { start.starts(with: Array("\(title)\n".utf8)) }

  /// The number of bytes that `isTitle` needs.
  static let titleCount = title.utf8.count + 1

  /// Parses the block at the start of untrusted `bytes`.
  init(_ bytes: ArraySlice<UInt8>) throws(Problem) {
    guard Self.isTitle(bytes) else { throw .foreign }
    let text = bytes.prefix(Self.count).dropFirst(Self.titleCount).prefix { $0 != 0 }
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard let format = lines.first.flatMap({ Self.number($0, of: "format") }), format > 0 else { throw .corrupt }
    guard format <= CheckpointLayout.newestVersion else { throw .newer(format: format) }
    guard lines.count == 4, let contentCount = Self.number(lines[1], of: "bytes"),
      let digest = Self.value(lines[2], of: "sha256"), digest.utf8.count == 64,
      digest.utf8.allSatisfy("0123456789abcdef".utf8.contains)
    else { throw .corrupt }
    (formatVersion, self.contentCount, self.digest) = (format, contentCount, digest)
    // Any other spelling is invalid, and so are nonzero bytes after the text.
    guard bytes.prefix(Self.count) == self.bytes[...] else { throw .corrupt }
  }

  private static func value(_ line: ArraySlice<UInt8>, of key: String) -> String? {
    guard line.starts(with: Array("\(key) ".utf8)) else { return nil }
    return String(validating: line.dropFirst(key.utf8.count + 1), as: UTF8.self)
  }

  /// Parses a count; values larger than any file are invalid, so that callers cannot overflow.
  private static func number(_ line: ArraySlice<UInt8>, of key: String) -> Int? {
    value(line, of: key).flatMap { Int($0) }.flatMap { 0...1 << 48 ~= $0 ? $0 : nil }
  }

  var bytes: [UInt8] {
    let text = "\(Self.title)\nformat \(formatVersion)\nbytes \(contentCount)\nsha256 \(digest)\n"
    return Array(text.utf8) + [UInt8](repeating: 0, count: Self.count - text.utf8.count)
  }
}
