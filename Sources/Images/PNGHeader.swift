/// The header chunk (IHDR) of a PNG file (ISO/IEC 15948, 11.2.1).
struct PNGHeader: Equatable {
  enum ColorType: UInt8 {
    case gray = 0
    case rgb = 2
    case palette = 3
    case grayAlpha = 4
    case rgba = 6
  }

  let height: Int, width: Int
  /// 1, 2, 4, 8 or 16: of a sample, or of an index into the palette.
  let bitDepth: Int
  let colorType: ColorType
  let isInterlaced: Bool

  /// - Parameter content: the 13 bytes of the chunk.
  init(_ content: ArraySlice<UInt8>) throws(ImageError) {
    guard content.count == 13 else { throw .corrupt(.png, "its header has \(content.count) bytes, not 13") }
    let bytes = Array(content)
    width = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
    height = bytes[4..<8].reduce(0) { $0 << 8 | Int($1) }
    bitDepth = Int(bytes[8])
    guard height > 0, width > 0, height < 1 << 31, width < 1 << 31 else {
      throw .corrupt(.png, "its size is \(height)x\(width)")
    }
    guard let type = ColorType(rawValue: bytes[9]), Self.depths(of: type).contains(bitDepth) else {
      throw .corrupt(.png, "it has the color type \(bytes[9]) with \(bitDepth) bits")
    }
    guard bytes[10] == 0, bytes[11] == 0, bytes[12] <= 1 else {
      let methods = bytes[10...12].map(String.init).joined(separator: ", ")
      throw .corrupt(.png, "it has the compression, filter and interlace methods \(methods)")
    }
    colorType = type
    isInterlaced = bytes[12] == 1
    try ImageDecoder.checkSize(height: height, width: width, channels: colorType == .palette ? 3 : samplesPerPixel)
  }

  private static func depths(of type: ColorType) -> [Int] {
    switch type {
    case .gray: [1, 2, 4, 8, 16]
    case .palette: [1, 2, 4, 8]
    case .rgb, .grayAlpha, .rgba: [8, 16]
    }
  }

  /// Samples in a stored pixel.
  var samplesPerPixel: Int {
    switch colorType {
    case .gray, .palette: 1
    case .grayAlpha: 2
    case .rgb: 3
    case .rgba: 4
    }
  }

  /// The bytes of a row of pixels, without its filter type.
  func rowByteCount(width: Int) -> Int { (width * samplesPerPixel * bitDepth + 7) / 8 }

  /// The bytes of the filtered rows of all passes, each with its filter type.
  var filteredByteCount: Int { passes.reduce(0) { $0 + $1.height * (1 + rowByteCount(width: $1.width)) } }

  /// The passes that have pixels, in the order of the file.
  var passes: [PNGPass] {
    (isInterlaced ? PNGPass.adam7 : [(0, 0, 1, 1)]).compactMap {
      PNGPass(row: $0.0, column: $0.1, rowStep: $0.2, columnStep: $0.3, height: height, width: width)
    }
  }
}

/// The pixels that a PNG file stores as one image: all, or every so many rows and columns of an interlaced file.
struct PNGPass {
  let firstRow: Int, firstColumn: Int
  let rowStep: Int, columnStep: Int
  /// In pixels of this pass.
  let height: Int, width: Int

  /// - Parameters:
  ///   - height: of the whole image, as `width`.
  init?(row: Int, column: Int, rowStep: Int, columnStep: Int, height: Int, width: Int) {
    guard row < height, column < width else { return nil }
    (firstRow, firstColumn, self.rowStep, self.columnStep) = (row, column, rowStep, columnStep)
    self.height = (height - row + rowStep - 1) / rowStep
    self.width = (width - column + columnStep - 1) / columnStep
  }

  /// The first row and column, and their steps, of the seven passes of Adam7.
  static let adam7 = [
    (0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1),
  ]
}
