import DurableFiles
import Images

extension PNGImage {
  /// Writes the image to a file, atomically.
  ///
  /// - Throws: `FileError`.
  package func write(to path: String) throws { try AtomicFile.write(encoded, to: path) }
}

extension Dataset {
  /// The number of columns of a contact sheet of `count` samples.
  package static func contactSheetColumns(_ count: Int) -> Int { Int(Double(count).squareRoot().rounded(.up)) }

  /// The size of a contact sheet in pixels.
  package func contactSheetSize(count: Int, zoom: Int, gap: Int = 1) -> (height: Int, width: Int) {
    guard let size = shape.image else { preconditionFailure("'\(name)' has no images") }
    let columns = Self.contactSheetColumns(count)
    let rows = (count + columns - 1) / columns
    return (rows * (size.height * zoom + gap) - gap, columns * (size.width * zoom + gap) - gap)
  }

  /// An image of some samples in an approximately square grid, row by row, with separating lines.
  ///
  /// - Parameters:
  ///   - indices: of one sample or more.
  ///   - zoom: the width and height of a sample's pixel in those of the sheet.
  ///   - gap: the width of a separating line.
  /// - Precondition: the samples are in the data set, and are images (`isDrawable`).
  /// - Throws: `DatasetError` or `FileError` if a sample cannot be decoded.
  package func contactSheet(_ indices: [Int], zoom: Int = 1, gap: Int = 1) throws -> PNGImage {
    precondition(!indices.isEmpty && zoom > 0, "a contact sheet needs samples")
    guard let size = shape.image else { preconditionFailure("'\(name)' has no images") }
    let (height, width) = contactSheetSize(count: indices.count, zoom: zoom, gap: gap)
    let columns = Self.contactSheetColumns(indices.count)
    let channels = size.channels
    var sheet = [UInt8](repeating: 96, count: height * width * channels)
    for (cell, index) in indices.enumerated() {
      let image = try pixels(index)
      let top = cell / columns * (size.height * zoom + gap)
      let left = cell % columns * (size.width * zoom + gap)
      for row in 0..<size.height * zoom {
        let target = ((top + row) * width + left) * channels
        for column in 0..<size.width * zoom {
          let source = (row / zoom * size.width + column / zoom) * channels
          for channel in 0..<channels { sheet[target + column * channels + channel] = image[source + channel] }
        }
      }
    }
    return PNGImage(height: height, width: width, channels: channels, pixels: sheet)
  }
}
