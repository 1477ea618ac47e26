/// A frame header of a JPEG file: the size of the picture and how it is coded.
struct JPEGFrame {
  let height: Int, width: Int
  /// The sampling factors of each component, 1...4.
  let components: [(horizontal: Int, vertical: Int)]
  let isArithmetic: Bool

  /// - Parameters:
  ///   - marker: 0xc0...0xcf, which names the coding, or that of JPEG-LS.
  ///   - segment: the content of the frame header.
  init(_ marker: UInt8, _ segment: ArraySlice<UInt8>) throws(ImageError) {
    if let kind = Self.unsupported[marker] { throw .unsupported(kind) }
    let fields = Array(segment)
    guard fields.count >= 6, fields.count == 6 + 3 * Int(fields[5]) else {
      throw .corrupt(.jpeg, "its frame header has \(fields.count) bytes")
    }
    guard fields[0] == 8 else { throw .unsupported("a JPEG of \(fields[0]) bits per sample") }
    height = Int(fields[1]) << 8 | Int(fields[2])
    width = Int(fields[3]) << 8 | Int(fields[4])
    guard height > 0, width > 0 else { throw .corrupt(.jpeg, "its size is \(height)x\(width)") }
    guard [1, 3, 4].contains(fields[5]) else { throw .unsupported("a JPEG of \(fields[5]) color components") }
    components = (0..<Int(fields[5])).map { component in
      let factors = fields[7 + 3 * component]
      return (Int(factors >> 4), Int(factors & 15))
    }
    guard components.allSatisfy({ (1...4).contains($0.horizontal) && (1...4).contains($0.vertical) }) else {
      throw .corrupt(.jpeg, "it has a sampling factor beyond 1...4")
    }
    isArithmetic = marker >= 0xc9
  }

  private static let unsupported: [UInt8: String] = [
    0xc3: "a lossless JPEG", 0xc5: "a differential JPEG", 0xc6: "a differential JPEG", 0xc7: "a lossless JPEG",
    0xcb: "a lossless JPEG", 0xcd: "a differential JPEG", 0xce: "a differential JPEG", 0xcf: "a lossless JPEG",
    0xf7: "a JPEG-LS picture",
  ]

  /// Refuses a size that the file cannot fill: each block of 8x8 coefficients has at least one bit of Huffman code.
  func checkBlockCount(fileSize: Int) throws(ImageError) {
    guard !isArithmetic else { return }
    let highest = components.map(\.vertical).max() ?? 1
    let widest = components.map(\.horizontal).max() ?? 1
    let blocks = components.reduce(0) { sum, component in
      let rows = (height * component.vertical + highest * 8 - 1) / (highest * 8)
      let columns = (width * component.horizontal + widest * 8 - 1) / (widest * 8)
      return sum + rows * columns
    }
    guard blocks <= 8 * fileSize else {
      throw .corrupt(.jpeg, "\(fileSize) bytes cannot hold the \(height)x\(width) pixels that its header declares")
    }
  }
}
