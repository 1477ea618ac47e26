/// 8-bit pixels in memory.
package struct DecodedImage: Equatable, Sendable {
  package let height: Int, width: Int
  /// 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGBA).
  package let channels: Int
  /// (height, width, channels)
  package let pixels: [UInt8]

  package init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == height * width * channels,
      "\(pixels.count) bytes are not an image of \(height)x\(width)x\(channels)")
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
  }
}
