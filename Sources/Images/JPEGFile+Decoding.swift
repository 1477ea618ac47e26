import CJPEG

extension JPEGFile {
  /// Progressive files of common programs have about ten scans. Each one costs a pass over the picture.
  private static let scanLimit: CInt = 100
  /// Bytes for the coefficients of a progressive file: twice the largest picture.
  private static let memoryLimit = 4 * ImageDecoder.maximumValues

  /// Decodes the pixels as stored: gray or RGB.
  func decode() throws(ImageError) -> DecodedImage {
    var pixels = [UInt8](repeating: 0, count: height * width * components)
    var decoder = martlet_jpeg_decoder()
    bytes.withUnsafeBufferPointer { bytes in
      var request = martlet_jpeg_request(
        bytes: bytes.baseAddress, count: UInt(bytes.count), height: UInt32(height), width: UInt32(width),
        components: CInt(components), scan_limit: Self.scanLimit, memory_limit: Self.memoryLimit)
      martlet_jpeg_decode(&decoder, &request, &pixels)
    }
    if let error = Self.error(&decoder) { throw error }
    return components == 4
      ? .ofInvertedCMYK(pixels, height: height, width: width)
      : DecodedImage(height: height, width: width, channels: components, pixels: pixels)
  }

  private static func error(_ decoder: inout martlet_jpeg_decoder) -> ImageError? {
    switch decoder.status {
    case martlet_jpeg_decoded: return nil
    case martlet_jpeg_mismatch: return .corrupt(.jpeg, "it has two frame headers")
    case martlet_jpeg_many_scans: return .corrupt(.jpeg, "it has more than \(scanLimit) scans")
    default: break
    }
    switch J_MESSAGE_CODE(UInt32(decoder.code)) {
    case JWRN_JPEG_EOF, JERR_INPUT_EOF: return .truncated(.jpeg, "within its pixels")
    case JERR_ARITH_NOTIMPL: return .unsupported("a JPEG with arithmetic coding")
    case JERR_CONVERSION_NOTIMPL: return .unsupported("a JPEG of an unknown color space")
    case JERR_OUT_OF_MEMORY, JERR_NO_BACKING_STORE: return ImageError("needs more memory than is available.")
    default:
      let message = withUnsafeBytes(of: &decoder.message) { message in
        String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
      }
      let marker = "Corrupt JPEG data: "
      return .corrupt(.jpeg, message.hasPrefix(marker) ? String(message.dropFirst(marker.count)) : message)
    }
  }
}
