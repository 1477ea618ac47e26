import CZlib

/// An 8-bit image to be written as PNG (ISO/IEC 15948).
package struct PNGImage: Sendable {
  package let height: Int
  package let width: Int
  /// 1 (gray) or 3 (red, green, blue).
  package let channels: Int
  /// (height, width, channels)
  package let pixels: [UInt8]

  package init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == height * width * channels && (channels == 1 || channels == 3),
      "\(pixels.count) bytes are not an image of \(height)x\(width)x\(channels)")
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
  }

  /// The bytes of the PNG file.
  package var encoded: [UInt8] {
    let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    // 8 bits per channel, gray or RGB, no interlacing.
    let header = Self.bigEndian(width) + Self.bigEndian(height) + [8, channels == 1 ? 0 : 2, 0, 0, 0]
    return signature + Self.chunk("IHDR", header) + Self.chunk("IDAT", compressedRows) + Self.chunk("IEND", [])
  }

  /// The rows, each preceded by a filter type byte of 0 (none).
  private var compressedRows: [UInt8] {
    let rowCount = width * channels
    var rows: [UInt8] = []
    rows.reserveCapacity(height * (rowCount + 1))
    for row in 0..<height { rows += [0] + pixels[row * rowCount..<(row + 1) * rowCount] }
    var count = compressBound(uLong(rows.count))
    var compressed = [UInt8](repeating: 0, count: Int(count))
    let status = compress2(&compressed, &count, rows, uLong(rows.count), Z_DEFAULT_COMPRESSION)
    precondition(status == Z_OK, "zlib refused \(rows.count) bytes in a buffer of its own bound: \(status)")
    return Array(compressed[..<Int(count)])
  }

  private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let checked = Array(type.utf8) + content
    return bigEndian(content.count) + checked + bigEndian(Int(crc32(0, checked, uInt(checked.count))))
  }

  private static func bigEndian(_ value: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: value).bigEndian) { Array($0) }
  }
}
