import Synchronization
import SystemResources

/// Decodes PNG and JPEG files into 8-bit pixels.
///
/// The result is that of Pillow, hence of `keras.utils.load_img`, except where the table says otherwise:
///
/// | In the file | Conversion |
/// |---|---|
/// | 16 bits per sample | the high byte, `value >> 8`, as libpng and TensorFlow; Pillow clips 16-bit gray at 255 |
/// | 1, 2, 4 bits | scaled to 0...255 |
/// | palette | its colors, with their alpha values |
/// | a transparent color (tRNS) | alpha 0, compared at full depth; Pillow compares the low 8 bits |
/// | RGB to gray | `(19595 R + 38470 G + 7471 B + 32768) >> 16`, JPEG included; TensorFlow takes the Y of a JPEG |
/// | alpha, not wanted | dropped, not blended |
/// | alpha, wanted and missing | 255 |
/// | CMYK, YCCK | inverted as Adobe stores them, then `R = (255 - K) (255 - C) / 255`, rounded |
/// | orientation (EXIF) | applied, as `PIL.ImageOps.exif_transpose`; neither Pillow's `open` nor Keras applies it |
/// | gamma, color profile, significant bits | ignored |
/// | animation | the first image |
package enum ImageDecoder {
  /// Part of the names under which results are kept: another number whenever the same file gives other pixels.
  package static let version = 1

  /// The most values (height × width × channels) of an image, 2^28: 89 million RGB pixels.
  package static let maximumValues = 1 << 28

  /// Reads the size and kind of an image, without decoding its pixels.
  ///
  /// - Parameter bytes: the whole file.
  package static func header(of bytes: [UInt8]) throws(ImageError) -> ImageHeader {
    switch try FileSignature.format(of: bytes) {
    case .png: try PNGFile(bytes).imageHeader
    case .jpeg: try JPEGFile(bytes).imageHeader
    }
  }

  /// Decodes an image.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - mode: the channels of the result.
  package static func decode(_ bytes: [UInt8], _ mode: ColorMode) throws(ImageError) -> DecodedImage {
    switch try FileSignature.format(of: bytes) {
    case .png:
      let file = try PNGFile(bytes)
      try checkSize(height: file.header.height, width: file.header.width, channels: mode.channels)
      return try alone(file.header.height * file.header.width) { () throws(ImageError) in
        try file.decode(withAlpha: mode == .rgba).converted(to: mode).oriented(file.orientation)
      }
    case .jpeg:
      let file = try JPEGFile(bytes)
      try checkSize(height: file.height, width: file.width, channels: mode.channels)
      return try alone(file.height * file.width) { () throws(ImageError) in
        try file.decode().converted(to: mode).oriented(file.orientation)
      }
    }
  }

  /// The pixels from which on a picture is decoded alone, whatever other threads decode: 48 MB of RGB.
  private static let largePixels = 1 << 24
  private static let large = Mutex(())

  /// Decodes a picture; a large one while no other large one is decoded, and only if the memory suffices.
  private static func alone(
    _ pixels: Int, _ body: () throws(ImageError) -> DecodedImage
  ) throws(ImageError) -> DecodedImage {
    guard pixels >= largePixels else { return try body() }
    return try large.withLock { _ throws(ImageError) in
      // The pixels of the file with up to four channels, and those of the result.
      guard Memory.canHold(8 * pixels) else {
        throw ImageError("has \(pixels) pixels, which do not fit in memory; make it smaller.")
      }
      return try body()
    }
  }

  static func checkSize(height: Int, width: Int, channels: Int) throws(ImageError) {
    // Both are below 2^31, so that the product with at most 4 channels can overflow.
    let (pixels, overflow) = height.multipliedReportingOverflow(by: width)
    guard !overflow, pixels <= maximumValues / channels else {
      throw ImageError(
        "is \(height)x\(width) pixels with \(channels) channels: at most \(maximumValues) values can be decoded; "
          + "make it smaller.")
    }
  }
}
