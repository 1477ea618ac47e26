/// The chunks of a PNG file (ISO/IEC 15948) that determine its pixels.
struct PNGFile {
  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  let header: PNGHeader
  /// (entries, RGB)
  private(set) var palette: [UInt8] = []
  /// The content of tRNS: alpha values of the palette, or the transparent color in 16-bit samples.
  private(set) var transparency: [UInt8]?
  /// The compressed pixels. Their checksums are not checked yet.
  private(set) var pixelChunks: [PNGChunks.Chunk] = []
  private(set) var orientation = ImageOrientation.upright

  /// Reads all chunks and checks their order, and all checksums but those of the pixels.
  ///
  /// - Parameter bytes: start with the signature.
  init(_ bytes: [UInt8]) throws(ImageError) {
    var chunks = PNGChunks(bytes)
    let first = try chunks.next()
    if first.type == "CgBI" { throw .unsupported("a PNG in Apple's variant for iPhones") }
    guard first.type == "IHDR" else { throw .corrupt(.png, "its first chunk is \(first.type), not IHDR") }
    try first.check()
    header = try PNGHeader(first.content)
    var lastType = ""
    while lastType != "IEND" {
      let chunk = try chunks.next()
      try read(chunk, after: lastType)
      lastType = chunk.type
    }
    guard !pixelChunks.isEmpty else { throw .corrupt(.png, "it has no pixels (chunk IDAT)") }
    guard header.colorType != .palette || !palette.isEmpty else {
      throw .corrupt(.png, "it has no palette (chunk PLTE)")
    }
    // Deflate codes at most 258 bytes in two bits.
    let compressed = pixelChunks.reduce(0) { $0 + $1.content.count }
    guard header.filteredByteCount <= 1032 * compressed else {
      throw .corrupt(
        .png,
        "\(compressed) compressed bytes cannot hold the \(header.height)x\(header.width) pixels that its header declares"
      )
    }
  }

  private mutating func read(_ chunk: PNGChunks.Chunk, after lastType: String) throws(ImageError) {
    if chunk.type == "IDAT" {
      guard pixelChunks.isEmpty || lastType == "IDAT" else { throw .corrupt(.png, "other chunks separate its pixels") }
      pixelChunks.append(chunk)
      return
    }
    try chunk.check()
    switch chunk.type {
    case "PLTE": try readPalette(chunk.content)
    case "tRNS": try readTransparency(chunk.content)
    case "eXIf": orientation = ImageOrientation(exif: chunk.content)
    case "IEND": break
    case "IHDR": throw .corrupt(.png, "it has two headers")
    default:
      if chunk.isCritical { throw .unsupported("a PNG with the unknown chunk \(chunk.type)") }
    }
  }

  private mutating func readPalette(_ content: ArraySlice<UInt8>) throws(ImageError) {
    guard pixelChunks.isEmpty, palette.isEmpty, transparency == nil else {
      throw .corrupt(.png, "its palette is not before its pixels, or is there twice")
    }
    guard content.count % 3 == 0, (1...256).contains(content.count / 3) else {
      throw .corrupt(.png, "its palette has \(content.count) bytes")
    }
    palette = Array(content)
  }

  private mutating func readTransparency(_ content: ArraySlice<UInt8>) throws(ImageError) {
    guard pixelChunks.isEmpty, transparency == nil else {
      throw .corrupt(.png, "its transparency (chunk tRNS) is not before its pixels, or is there twice")
    }
    switch header.colorType {
    case .gray, .rgb:
      guard content.count == 2 * header.samplesPerPixel else {
        throw .corrupt(.png, "its transparent color (chunk tRNS) has \(content.count) bytes")
      }
    case .palette:
      guard !palette.isEmpty else { throw .corrupt(.png, "its transparency (chunk tRNS) comes before its palette") }
    case .grayAlpha, .rgba: return  // Not allowed, and meaningless: libpng and Pillow ignore it.
    }
    transparency = Array(content)
  }

  var imageHeader: ImageHeader {
    let turned = orientation.exchangesAxes
    return ImageHeader(
      format: .png, height: turned ? header.width : header.height, width: turned ? header.height : header.width,
      channels: channels(withAlpha: true), bitsPerSample: header.bitDepth, orientation: orientation)
  }

  /// The channels of the decoded pixels.
  ///
  /// - Parameter withAlpha: whether transparent colors become an alpha channel.
  func channels(withAlpha: Bool) -> Int {
    (header.colorType == .palette ? 3 : header.samplesPerPixel) + (withAlpha && transparency != nil ? 1 : 0)
  }
}
