/// An image file format that can be decoded.
package enum ImageFormat: String, CaseIterable, Sendable, CustomStringConvertible {
  case png, jpeg

  package var description: String { rawValue.uppercased() }
}

/// The properties of an image file, read without decoding its pixels.
package struct ImageHeader: Equatable, Sendable {
  package let format: ImageFormat
  /// The size after the orientation is applied.
  package let height: Int, width: Int
  /// The channels of the pixels in the file, the colors of a palette looked up: 1 (gray), 2 (gray, alpha), 3 (RGB) or
  /// 4 (RGBA; CMYK in a JPEG).
  package let channels: Int
  /// 1, 2, 4, 8 or 16.
  package let bitsPerSample: Int
  /// How the stored pixels are turned to be shown.
  package let orientation: ImageOrientation
}
