import Crypto

/// The first 512 bytes of a checkpoint, which HDF5 leaves to us: lines of text with the digest of all that follows.
///
///     MARTLET CHECKPOINT
///     format 1
///     bytes 1765432
///     sha256 9f86d0…
///
/// The rest of the 512 bytes is zero. A block that says anything else, or the same in other words, is none.
struct UserBlock: Equatable {
  static let count = 512
  private static let title = "MARTLET CHECKPOINT"

  let formatVersion: Int
  /// The bytes behind the block.
  let contentCount: Int
  /// SHA-256 of the bytes behind the block, in hexadecimal.
  let digest: String

  init(content: ArraySlice<UInt8>) {
    formatVersion = CheckpointLayout.formatVersion
    contentCount = content.count
    digest = Self.digest(of: content)
  }

  /// SHA-256 in hexadecimal.
  static func digest(of content: ArraySlice<UInt8>) -> String {
    content.withUnsafeBytes { bytes in
      var hash = SHA256()
      hash.update(bufferPointer: bytes)
      return hash.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
  }

  /// Reads the block at the start of `bytes`; nil if there is none.
  init?(_ bytes: ArraySlice<UInt8>) {
    let text = String(decoding: bytes.prefix(Self.count).prefix { $0 != 0 }, as: UTF8.self)
    let lines = text.split(separator: "\n").map(String.init)
    func value(_ key: String) -> String? {
      lines.first { $0.hasPrefix("\(key) ") }.map { String($0.dropFirst(key.count + 1)) }
    }
    // Counts that no file can have are no counts: nobody has to reckon with them.
    func count(_ key: String) -> Int? { value(key).flatMap { Int($0) }.flatMap { 0...1 << 48 ~= $0 ? $0 : nil } }
    guard bytes.count >= Self.count, lines.first == Self.title, let format = count("format"), format > 0,
      let contentCount = count("bytes"), let digest = value("sha256")
    else { return nil }
    formatVersion = format
    self.contentCount = contentCount
    self.digest = digest
  }

  var bytes: [UInt8] {
    let text = "\(Self.title)\nformat \(formatVersion)\nbytes \(contentCount)\nsha256 \(digest)\n"
    return Array(text.utf8) + [UInt8](repeating: 0, count: Self.count - text.utf8.count)
  }
}
