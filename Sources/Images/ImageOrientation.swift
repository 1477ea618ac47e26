/// How stored pixels are turned to be shown: the values of the EXIF tag 0x0112, 1...8.
package enum ImageOrientation: Int, CaseIterable, Sendable {
  case upright = 1
  case mirrored, turnedAround, flipped, transposed
  /// Turned clockwise by 90 degrees to be shown.
  case clockwise
  case transversed
  case counterclockwise

  /// Whether height and width are exchanged.
  package var exchangesAxes: Bool { rawValue >= 5 }

  /// Reads the orientation in an EXIF block, which is a TIFF file (TIFF 6.0, section 2); upright if it has none or is
  /// malformed.
  ///
  /// - Parameter exif: starts with the byte order, "II" or "MM", or with the mark of JPEG files before it.
  init(exif: ArraySlice<UInt8>) {
    let content = exif.starts(with: Self.exifMark) ? exif.dropFirst(Self.exifMark.count) : exif
    self = Self.value(content).flatMap { Self(rawValue: $0) } ?? .upright
  }

  static let exifMark = Array("Exif\0\0".utf8)

  private static func value(_ exif: ArraySlice<UInt8>) -> Int? {
    let isLittleEndian = exif.starts(with: [0x49, 0x49, 0x2a, 0])
    guard isLittleEndian || exif.starts(with: [0x4d, 0x4d, 0, 0x2a]) else { return nil }
    func number(at offset: Int, count: Int) -> Int? {
      guard offset >= 0, offset <= exif.count - count else { return nil }
      let bytes = exif[(exif.startIndex + offset)...].prefix(count)
      return (isLittleEndian ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(at: 4, count: 4), let count = number(at: directory, count: 2) else { return nil }
    for entry in 0..<count {
      let offset = directory + 2 + 12 * entry
      guard let tag = number(at: offset, count: 2), let type = number(at: offset + 2, count: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      // Of type BYTE, SHORT or LONG.
      let size = [1: 1, 3: 2, 4: 4][type]
      return size.flatMap { number(at: offset + 8, count: $0) }
    }
    return nil
  }
}

extension DecodedImage {
  /// The image turned to be shown.
  func oriented(_ orientation: ImageOrientation) -> DecodedImage {
    guard orientation != .upright else { return self }
    // In pixels of the stored image: the one that comes first, and the distances to the next one down and to the right.
    let (last, lastRow) = (height * width - 1, (height - 1) * width)
    let (first, down, right): (Int, Int, Int) =
      switch orientation {
      case .upright: (0, width, 1)
      case .mirrored: (width - 1, width, -1)
      case .turnedAround: (last, -width, -1)
      case .flipped: (lastRow, -width, 1)
      case .transposed: (0, 1, width)
      case .clockwise: (lastRow, 1, -width)
      case .transversed: (last, -1, -width)
      case .counterclockwise: (width - 1, -1, width)
      }
    let (newHeight, newWidth) = orientation.exchangesAxes ? (width, height) : (height, width)
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      pixels.withUnsafeBufferPointer { source in
        var index = 0
        for row in 0..<newHeight {
          for column in 0..<newWidth {
            let pixel = (first + row * down + column * right) * channels
            for channel in 0..<channels { target[index + channel] = source[pixel + channel] }
            index += channels
          }
        }
      }
      count = pixels.count
    }
    return DecodedImage(height: newHeight, width: newWidth, channels: channels, pixels: turned)
  }
}
