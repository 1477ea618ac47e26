import CZlib

/// A PNG file that may be wrong in any way.
struct PNGFixture {
  var height = 1
  var width = 1
  var bitDepth: UInt8 = 8
  var colorType: UInt8 = 0
  /// The last three bytes of the header: compression, filter and interlace method.
  var methods: [UInt8] = [0, 0, 0]
  /// The filtered rows, before compression.
  var rows: [UInt8] = [0, 0]
  /// Chunks by type, between the header and the pixels, and after them.
  var before: [(String, [UInt8])] = []
  var after: [(String, [UInt8])] = []

  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  var header: [UInt8] { Self.bigEndian(width) + Self.bigEndian(height) + [bitDepth, colorType] + methods }

  var compressed: [UInt8] { Self.compress(rows) }

  var encoded: [UInt8] {
    let chunks = [("IHDR", header)] + before + [("IDAT", compressed)] + after + [("IEND", [])]
    return Self.file(chunks)
  }

  static func file(_ chunks: [(String, [UInt8])]) -> [UInt8] {
    signature
      + chunks.flatMap { type, content in
        let checked = Array(type.utf8) + content
        return bigEndian(content.count) + checked + bigEndian(Int(crc32(0, checked, uInt(checked.count))))
      }
  }

  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var count = compressBound(uLong(bytes.count))
    var compressed = [UInt8](repeating: 0, count: Int(count))
    compress2(&compressed, &count, bytes, uLong(bytes.count), Z_BEST_COMPRESSION)
    return Array(compressed[..<Int(count)])
  }

  static func bigEndian(_ value: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: value).bigEndian) { Array($0) }
  }
}
