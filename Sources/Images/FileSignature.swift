/// Recognizes the format of a file by its first bytes.
enum FileSignature {
  /// The format to decode.
  ///
  /// - Throws: what the file is instead, where that is known.
  static func format(of bytes: [UInt8]) throws(ImageError) -> ImageFormat {
    if bytes.starts(with: PNGFile.signature) { return .png }
    if bytes.starts(with: [0xff, 0xd8, 0xff]) { return .jpeg }
    throw ImageError(refusal(of: bytes))
  }

  private static func refusal(of bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "is empty; copy or download it again, or delete it." }
    if PNGFile.signature.starts(with: bytes) { return "is a truncated PNG: it has only \(bytes.count) bytes." }
    if [0xff, 0xd8, 0xff].starts(with: bytes) { return "is a truncated JPEG: it has only \(bytes.count) bytes." }
    if bytes.dropFirst().starts(with: "PNG".utf8) {
      return "is a corrupt PNG: its first 8 bytes are wrong, as after a transfer in text mode; copy it in binary mode."
    }
    if let name = pictureName(of: bytes) { return "is \(name); convert it to PNG or JPEG." }
    if let name = otherName(of: bytes) { return "is \(name), not a PNG or JPEG picture." }
    return isText(bytes)
      ? "is a text file, not a PNG or JPEG picture." : "is not a PNG or JPEG picture: its first bytes are unknown."
  }

  /// The name of another picture format.
  private static func pictureName(of bytes: [UInt8]) -> String? {
    for (start, name) in pictures where bytes.starts(with: start) { return name }
    if bytes.starts(with: "BM".utf8), !isText(bytes) { return "a BMP picture" }
    let brand = bytes.dropFirst(8).prefix(4)
    if bytes.starts(with: "RIFF".utf8), brand.elementsEqual("WEBP".utf8) { return "a WebP picture" }
    if bytes.dropFirst(4).prefix(4).elementsEqual("ftyp".utf8) {
      if brand.starts(with: "avi".utf8) { return "an AVIF picture" }
      let brands = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]
      if brands.contains(where: { brand.elementsEqual($0.utf8) }) { return "a HEIC picture" }
    }
    let isPortableMap =
      bytes.count > 2 && bytes[0] == UInt8(ascii: "P") && (0x31...0x37).contains(bytes[1])
      && [0x0a, 0x0d, 0x20, 0x09].contains(bytes[2])
    return isPortableMap ? "a PBM, PGM or PPM picture" : nil
  }

  private static let pictures: [([UInt8], String)] = [
    (Array("GIF8".utf8), "a GIF picture"),
    ([0x49, 0x49, 0x2a, 0], "a TIFF picture"),
    ([0x4d, 0x4d, 0, 0x2a], "a TIFF picture"),
    ([0x49, 0x49, 0x2b, 0], "a TIFF picture"),
    ([0x4d, 0x4d, 0, 0x2b], "a TIFF picture"),
    ([0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20], "a JPEG 2000 picture"),
    ([0xff, 0x4f, 0xff, 0x51], "a JPEG 2000 picture"),
    ([0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20], "a JPEG XL picture"),
    ([0xff, 0x0a], "a JPEG XL picture"),
    ([0, 0, 1, 0], "an icon (ICO)"),
    (Array("8BPS".utf8), "a Photoshop document"),
    ([0x76, 0x2f, 0x31, 0x01], "an OpenEXR picture"),
    ([0x8a, 0x4d, 0x4e, 0x47], "an MNG animation"),
    ([0x8b, 0x4a, 0x4e, 0x47], "a JNG picture"),
    (Array("qoif".utf8), "a QOI picture"),
  ]

  /// The name of what is no picture of pixels.
  private static func otherName(of bytes: [UInt8]) -> String? {
    let others: [(String, String)] = [
      ("%PDF", "a PDF document"), ("PK\u{3}\u{4}", "a zip archive"), ("version https://git-lfs", "a Git LFS pointer"),
    ]
    for (start, name) in others where bytes.starts(with: start.utf8) { return name }
    if bytes.starts(with: [0x1f, 0x8b]) { return "a gzip file" }
    if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) { return "a NumPy array" }
    if bytes.starts(with: [0x89] + Array("HDF".utf8)) { return "an HDF5 file" }
    guard isText(bytes) else { return nil }
    let start = String(decoding: bytes.prefix(512), as: UTF8.self).lowercased()
    if start.contains("<svg") { return "an SVG drawing" }
    if start.contains("<html") || start.contains("<!doctype html") { return "an HTML page, perhaps a failed download" }
    return start.contains("<?xml") ? "an XML file" : nil
  }

  /// Whether the first bytes are printable text in ASCII or UTF-8.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    bytes.prefix(512).allSatisfy { $0 >= 0x20 && $0 != 0x7f || (0x09...0x0d).contains($0) }
  }
}
